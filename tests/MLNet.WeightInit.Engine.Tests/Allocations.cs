namespace MLNet.WeightInit.Engine.Tests;

/// <summary>Whether something that is done again and again allocates, on whatever thread.</summary>
internal static class Allocations
{
    const int RunsAWindow = 20, QuietWindows = 5, MostWindows = 400;

    /// <summary>Fails where no hundred runs in succession can be had in which no thread of the process allocates a byte.</summary>
    /// <remarks>
    /// All threads are counted, so that what a pool's workers allocate shows too. What the runtime makes once, when a thread first waits, is woken or runs a kind of chunk, comes whenever the machine's other work lets it, long after
    /// the first run; and the test host allocates a little of its own now and then. Both leave a hundred quiet runs some time, and what allocates once in a hundred runs or oftener does not.
    /// </remarks>
    public static void AssertNone(Action run)
    {
        int quiet = 0;
        long last = 0;
        for (int window = 0; window < MostWindows && quiet < QuietWindows; window++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < RunsAWindow; i++)
                run();
            long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            quiet = allocated == 0 ? quiet + 1 : 0;
            last = allocated == 0 ? last : allocated;
        }
        Assert.That(quiet, Is.EqualTo(QuietWindows), $"{last} bytes in the last window of {RunsAWindow} runs that allocated");
    }
}
