namespace Peers.Growth;

/// <summary>A cost that rises as the data outgrows one cache after the other: some rungs, from few bytes to many.</summary>
sealed record Ladder(IReadOnlyList<(double Bytes, double Seconds)> Rungs)
{
    /// <summary>Between two rungs along a straight line over the logarithm of the bytes, flat beyond the ends.</summary>
    public double At(double bytes)
    {
        int above = 0;
        while (above < Rungs.Count && Rungs[above].Bytes < bytes)
            above++;
        if (above == 0 || above == Rungs.Count)
            return Rungs[Math.Min(above, Rungs.Count - 1)].Seconds;
        (double Bytes, double Seconds) low = Rungs[above - 1], high = Rungs[above];
        return double.Lerp(low.Seconds, high.Seconds, Math.Log(bytes / low.Bytes) / Math.Log(high.Bytes / low.Bytes));
    }

    public Ladder Times(double factor) => new([.. Rungs.Select(rung => (rung.Bytes, rung.Seconds * factor))]);

    /// <summary>Every rung, in a unit of <paramref name="seconds"/>.</summary>
    public string Describe(double seconds) => string.Join(", ", Rungs.Select(rung => $"{rung.Seconds / seconds:F2} at {rung.Bytes / 1e6:N1} MB"));
}
