namespace Peers.Growth;

/// <summary>A measured series.</summary>
/// <param name="Time">Seconds.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Floor">Seconds that the peak and the bandwidth alone would take.</param>
sealed record MeasuredSeries(Series Series, Curve Time, Curve Memory, double[] Floor)
{
    /// <summary>How far a measured exponent may be from the predicted one: 2^0.15 is 11 % for each doubling.</summary>
    const double ExponentTolerance = 0.15;

    /// <summary>Time may be this much more or less than the model's at every size: it knows two caches and memory as points on a line, and no tails of tiles.</summary>
    const double TimeBand = 1.5;

    /// <summary>As for time; memory is counted, not timed, so only small objects are left out.</summary>
    const double MemoryBand = 1.15;

    int[] Sizes => [.. Series.Points.Select(point => point.Size)];

    public bool IsAsPredicted => Time.IsAsPredicted(Sizes, ExponentTolerance, TimeBand) && Memory.IsAsPredicted(Sizes, ExponentTolerance, MemoryBand);

    /// <summary>The table, and what became of the prediction.</summary>
    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine($"| {Series.Name} ({Series.Fixed}) | µs {Series.Unit} | model | ratio | floor | memory, KB | model | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        for (int i = 0; i < Sizes.Length; i++)
            Console.WriteLine($"| {Sizes[i]:N0} | {Time.Measured[i] * 1e6:N1} | {Time.Model[i] * 1e6:N1} | {Time.Measured[i] / Time.Model[i]:F2} | {Floor[i] * 1e6:N1} "
                + $"| {Memory.Measured[i] / 1024:N0} | {Memory.Model[i] / 1024:N0} | {Memory.Measured[i] / Memory.Model[i]:F2} |");
        (double time, double timeModel) = Time.Exponents(Sizes);
        (double memory, double memoryModel) = Memory.Exponents(Sizes);
        Console.WriteLine($"| exponent, upper half | {time:F2} | {timeModel:F2} | | | {memory:F2} | {memoryModel:F2} | |");
        Console.WriteLine();
        Console.WriteLine(IsAsPredicted
            ? $"As predicted: exponents within {ExponentTolerance}, time within a factor of {TimeBand} of the model (furthest: {Time.WorstRatio:F2}), memory within {MemoryBand} ({Memory.WorstRatio:F2})."
            : $"**Not as predicted**: exponents must be within {ExponentTolerance}, time within a factor of {TimeBand} of the model (furthest: {Time.WorstRatio:F2}), memory within {MemoryBand} ({Memory.WorstRatio:F2}).");
    }
}
