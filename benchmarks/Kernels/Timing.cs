namespace Kernels;

/// <summary>Times candidates in turn, so that a change of the machine's speed meets all of them alike.</summary>
static class Timing
{
    public const int Rounds = 25;
    const double SlotSeconds = 0.010;

    /// <summary>Median seconds of processor time a call, in the candidates' order. Each round runs every candidate for one slot of about 10 ms.</summary>
    /// <remarks>Processor time, not wall time: on a shared machine the wall clock also counts what others did. Meant for work on one thread.</remarks>
    public static double[] InTurn(IReadOnlyList<Candidate> candidates)
    {
        int[] calls = [.. candidates.Select(CallsInSlot)];
        double[][] seconds = [.. candidates.Select(_ => new double[Rounds])];
        for (int round = 0; round < Rounds; round++)
            for (int i = 0; i < candidates.Count; i++)
                seconds[i][round] = ProcessorSeconds(candidates[i].Call, calls[i]) / calls[i];
        return [.. seconds.Select(Median)];
    }

    /// <summary>Also warms up: doubles the calls until they fill a slot.</summary>
    static int CallsInSlot(Candidate candidate)
    {
        for (int calls = 1; ; calls *= 2)
        {
            double seconds = ProcessorSeconds(candidate.Call, calls);
            if (seconds >= SlotSeconds)
                return Math.Max(1, (int)(calls * SlotSeconds / seconds));
        }
    }

    static double ProcessorSeconds(Action call, int calls)
    {
        TimeSpan begin = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < calls; i++)
            call();
        return (Environment.CpuUsage.TotalTime - begin).TotalSeconds;
    }

    static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
