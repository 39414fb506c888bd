using System.Diagnostics;
using Kernels;
using MLNet.WeightInit.Engine.Kernels;

namespace Peers.Measuring;

/// <summary>Candidates timed in turn, and the machine's multiply-add peak on one thread with them, so that a change of its speed meets all of them alike.</summary>
sealed class Race
{
    /// <summary>Odd, so that the median is one of them.</summary>
    public const int Rounds = 21;

    /// <summary>Long against the clock's step and a context switch, short against the spells in which a shared machine changes its speed.</summary>
    /// <remarks>A longer call is a slot of its own.</remarks>
    const double SlotSeconds = 0.010;

    /// <summary>For work on several threads: enough for the system to give each its processor.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(30);

    readonly Candidate _peak;
    readonly Candidate[] _candidates;
    readonly Sample[][] _rounds;

    Race(Candidate peak, Candidate[] candidates, Sample[][] rounds)
    {
        _peak = peak;
        _candidates = candidates;
        _rounds = rounds;
    }

    /// <summary>Operations a second of the peak probe at the widest vectors.</summary>
    public double Peak => _peak.Work / ProcessorSeconds(_peak);

    /// <summary>Time of one call in one round.</summary>
    readonly record struct Sample(double Wall, double Processor);

    /// <param name="rest">Between two slots: long enough for the threads that the last candidate left spinning to fall asleep. None where all work on one thread.</param>
    /// <param name="settle">What each candidate works untimed at the beginning of its slot, as several threads need: those that slept begin on the processor of whoever woke them, until the system moves them.</param>
    public static Race Run(Candidate[] candidates, TimeSpan rest = default, TimeSpan settle = default, int rounds = Rounds)
    {
        Candidate peak = SimdLevels.Create<PeakProbe, Candidate>(SimdLevels.Best, new PeakProbe());
        candidates = [peak, .. candidates];
        int[] calls = [.. candidates.Select(CallsInSlot)];
        var samples = new Sample[rounds][];
        for (int round = 0; round < rounds; round++)
        {
            samples[round] = new Sample[candidates.Length];
            for (int i = 0; i < candidates.Length; i++)
            {
                if (rest > TimeSpan.Zero)
                    Thread.Sleep(rest);
                RunFor(settle, candidates[i].Call);
                samples[round][i] = Time(candidates[i].Call, calls[i]);
            }
        }
        return new Race(peak, candidates, samples);
    }

    /// <summary>Median seconds of processor time of one call: on a shared machine the wall clock also counts what others did. Meant for work on one thread.</summary>
    public double ProcessorSeconds(Candidate candidate) => Median(Of(candidate).Select(sample => sample.Processor));

    public double WallSeconds(Candidate candidate) => Median(Of(candidate).Select(sample => sample.Wall));

    /// <summary>Processors that the candidate kept busy, over all rounds.</summary>
    public double BusyProcessors(Candidate candidate) => Of(candidate).Sum(sample => sample.Processor) / Of(candidate).Sum(sample => sample.Wall);

    /// <summary>How many times as long <paramref name="slow"/> takes as <paramref name="fast"/>: the median of the rounds' quotients, in processor time.</summary>
    public double ProcessorRatio(Candidate slow, Candidate fast) => Median(Of(slow).Zip(Of(fast), (a, b) => a.Processor / b.Processor));

    /// <summary>Operations a second in proportion to the peak's.</summary>
    public double ShareOfPeak(Candidate candidate) => ProcessorRatio(_peak, candidate) * candidate.Work / _peak.Work;

    /// <summary>As <see cref="ProcessorRatio"/>, in wall time: for work on several threads.</summary>
    public double WallRatio(Candidate slow, Candidate fast) => Median(Of(slow).Zip(Of(fast), (a, b) => a.Wall / b.Wall));

    IEnumerable<Sample> Of(Candidate candidate)
    {
        int index = Array.IndexOf(_candidates, candidate);
        return _rounds.Select(round => round[index]);
    }

    /// <summary>Also warms up: the first call loads libraries and compiles. By processor time, so that a slot is as full on a busy machine.</summary>
    static int CallsInSlot(Candidate candidate)
    {
        candidate.Call();
        for (int calls = 1; ; calls *= 2)
        {
            double seconds = Time(candidate.Call, calls).Processor;
            if (seconds * calls >= SlotSeconds)
                return Math.Max(1, (int)(SlotSeconds / seconds));
        }
    }

    static void RunFor(TimeSpan time, Action call)
    {
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < time;)
            call();
    }

    static Sample Time(Action call, int calls)
    {
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long wall = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            call();
        double wallSeconds = Stopwatch.GetElapsedTime(wall).TotalSeconds;
        return new Sample(wallSeconds / calls, (Environment.CpuUsage.TotalTime - processor).TotalSeconds / calls);
    }

    /// <summary>Of one call outside a race.</summary>
    public static double ProcessorSecondsOf(Action call) => Time(call, calls: 1).Processor;

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
