using Kernels;
using Peers.Measuring;

namespace Peers.Growth;

/// <summary>One size that is varied.</summary>
/// <param name="Name">Of the size.</param>
/// <param name="Fixed">What doesn't vary.</param>
/// <param name="Unit">What one call is.</param>
sealed record Series(string Name, string Fixed, string Unit, IReadOnlyList<Series.Point> Points)
{
    /// <summary>How far a measured exponent may be from the predicted one: 2^0.15 is 11 % for each doubling, which caches account for.</summary>
    const double Tolerance = 0.15;

    /// <summary>Fewer than for a gate: an exponent over a factor of 16 and more is not moved by a few percent.</summary>
    const int Rounds = 5;

    /// <param name="Prepare">Makes the call, and says what memory it takes.</param>
    /// <param name="PredictedSeconds">By the model, for a machine of this peak and bandwidth.</param>
    /// <param name="PredictedBytes">By the model.</param>
    public sealed record Point(int Size, Func<(Candidate Call, double Bytes)> Prepare, Func<Speed, double> PredictedSeconds, double PredictedBytes);

    /// <param name="SecondsAnOperation">At the multiply-add peak.</param>
    /// <param name="SecondsAByte">Of an update that streams.</param>
    public readonly record struct Speed(double SecondsAnOperation, double SecondsAByte);

    /// <summary>Prints the table; false where an exponent is not as predicted.</summary>
    public bool Print(Speed speed)
    {
        (Candidate Call, double Bytes)[] prepared = [.. Points.Select(point => point.Prepare())];
        Candidate[] candidates = [.. prepared.Select(pair => pair.Call)];
        double[] bytes = [.. prepared.Select(pair => pair.Bytes)];
        Race race = Race.Run(candidates, rounds: Rounds);
        double[] seconds = [.. candidates.Select(race.ProcessorSeconds)];
        double[] predictedSeconds = [.. Points.Select(point => point.PredictedSeconds(speed))], predictedBytes = [.. Points.Select(point => point.PredictedBytes)];

        Console.WriteLine();
        Console.WriteLine($"| {Name} ({Fixed}) | µs {Unit} | model | memory, KB | model |");
        Console.WriteLine("|---|---|---|---|---|");
        for (int i = 0; i < candidates.Length; i++)
            Console.WriteLine($"| {Points[i].Size:N0} | {seconds[i] * 1e6:N1} | {predictedSeconds[i] * 1e6:N1} | {bytes[i] / 1024:N0} | {predictedBytes[i] / 1024:N0} |");
        (double time, double timeModel, double memory, double memoryModel) = (Exponent(seconds), Exponent(predictedSeconds), Exponent(bytes), Exponent(predictedBytes));
        bool asPredicted = Math.Abs(time - timeModel) <= Tolerance && Math.Abs(memory - memoryModel) <= Tolerance;
        Console.WriteLine($"| exponent, upper half | {time:F2} | {timeModel:F2} | {memory:F2} | {memoryModel:F2} |");
        Console.WriteLine();
        Console.WriteLine(asPredicted ? "As predicted." : "**Not as predicted.**");
        return asPredicted;
    }

    /// <summary>Slope of log value over log size by least squares, over the upper half of the sizes: below, what a call costs at any size hides how it grows.</summary>
    double Exponent(double[] values)
    {
        int first = Points.Count / 2;
        double[] x = [.. Points.Skip(first).Select(point => Math.Log(point.Size))], y = [.. values.Skip(first).Select(value => Math.Log(value))];
        double meanX = x.Average(), meanY = y.Average();
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
