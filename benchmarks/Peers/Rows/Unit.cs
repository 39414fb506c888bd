namespace Peers.Rows;

enum Unit
{
    /// <summary>How many times as fast as the peer.</summary>
    Factor,

    /// <summary>Which part of what the machine can do.</summary>
    Share,
}
