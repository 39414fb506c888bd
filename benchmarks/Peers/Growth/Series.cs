using Kernels;
using Peers.Measuring;

namespace Peers.Growth;

/// <summary>One size that is varied.</summary>
/// <param name="Name">Of the size.</param>
/// <param name="Fixed">What doesn't vary.</param>
/// <param name="Unit">What one call is.</param>
sealed record Series(string Name, string Fixed, string Unit, IReadOnlyList<Series.Point> Points)
{
    /// <summary>Fewer than for a gate: an exponent over a factor of 16 and more is not moved by a few percent.</summary>
    public const int Rounds = 5;

    /// <param name="Prepare">Makes the call, and says what memory it takes.</param>
    /// <param name="Seconds">By the model, from costs on a machine of this moment's speed.</param>
    /// <param name="FloorSeconds">That the peak and the bandwidth alone would take.</param>
    /// <param name="Bytes">By the model.</param>
    public sealed record Point(int Size, Func<(Candidate Call, double Bytes)> Prepare, Func<UnitCosts, double> Seconds, Func<UnitCosts, double> FloorSeconds, double Bytes);

    /// <summary>All sizes in turn.</summary>
    public MeasuredSeries Measure(UnitCosts costs)
    {
        (Candidate Call, double Bytes)[] prepared = [.. Points.Select(point => point.Prepare())];
        Race race = Race.Run([.. prepared.Select(pair => pair.Call)], rounds: Rounds);
        UnitCosts now = costs.AtPeak(race.Peak);
        return new MeasuredSeries(this, new Curve([.. prepared.Select(pair => race.ProcessorSeconds(pair.Call))], [.. Points.Select(point => point.Seconds(now))]),
            new Curve([.. prepared.Select(pair => pair.Bytes)], [.. Points.Select(point => point.Bytes)]), [.. Points.Select(point => point.FloorSeconds(now))]);
    }
}
