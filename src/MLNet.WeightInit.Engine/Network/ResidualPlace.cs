namespace MLNet.WeightInit.Engine.Network;

/// <summary>Where in residual blocks a hidden layer stands.</summary>
internal enum ResidualPlace : byte
{
    /// <summary>The network has no blocks, or it is the output.</summary>
    None,

    /// <summary>The first hidden layer: its sums are the stream that blocks add to.</summary>
    Stem,

    /// <summary>In a branch, with another layer of it to come.</summary>
    Inner,

    /// <summary>Last of a branch: its sums are added to the stream.</summary>
    End,
}
