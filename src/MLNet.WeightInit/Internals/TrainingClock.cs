using System.Diagnostics;

namespace MLNet.WeightInit;

/// <summary>The host's only clock: for progress, for timings that no file holds, and for a maximum duration, which documents that it makes a model depend on one.</summary>
internal static class TrainingClock
{
#pragma warning disable RS0030 // Banned so that no clock decides a stored bit: see the summary for the one option that says it does.
    /// <summary>A function that tells the time since this call; monotonic.</summary>
    public static Func<TimeSpan> Start()
    {
        long start = Stopwatch.GetTimestamp();
        return () => Stopwatch.GetElapsedTime(start);
    }
#pragma warning restore RS0030
}
