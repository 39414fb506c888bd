using Kernels;
using MLNet.WeightInit.Engine.Data;
using Peers.Measuring;
using Peers.Own;

namespace Peers.Rows;

/// <summary>This library against itself: what must cost nothing.</summary>
static class OwnRows
{
    /// <summary>Two measurements of the same thing differ by so much on a shared machine.</summary>
    const double Noise = 0.05;

    /// <summary>From a step of 2 µs, which no second thread can help, to one of milliseconds.</summary>
    static readonly TrainingProblem[] s_sizes =
    [
        new(4, [16], 3, NetworkTask.Multiclass, 32),
        new(30, [64, 32], 1, NetworkTask.Binary, 32),
        new(64, [128, 128], 10, NetworkTask.Multiclass, 64),
        new(784, [256, 128], 10, NetworkTask.Multiclass, 128),
        new(64, [1024, 1024], 10, NetworkTask.Multiclass, 64),
    ];

    static readonly TrainingProblem s_deep = new(64, [.. Enumerable.Repeat(64, 30)], 10, NetworkTask.Multiclass, 64);

    public static IEnumerable<Row> Measure() => [.. s_sizes.Select(SecondThread), Oversubscribed(s_sizes[2]), Oversubscribed(s_sizes[3]), Denormals(), .. SparseRows.Measure()];

    static Row SecondThread(TrainingProblem problem)
    {
        Candidate one = new OwnTraining(problem).Candidate("one thread"), two = new OwnTraining(problem, threads: 2).Candidate("two threads");
        Race race = Race.Run([one, two], settle: Race.Settling);
        return new Row($"train {problem.Shape}, batch {problem.Batch}, two threads", "one thread", Unit.Factor, 1, 1 - Noise, race.WallRatio(one, two),
            $"{race.WallSeconds(two) * 1e6:F1} µs against {race.WallSeconds(one) * 1e6:F1}; {race.BusyProcessors(two):F2} processors kept busy");
    }

    /// <summary>A thread a processor, as many as a trainer takes at most, while every processor has another program's work.</summary>
    static Row Oversubscribed(TrainingProblem problem)
    {
        Candidate one = new OwnTraining(problem).Candidate("one thread"), many = new OwnTraining(problem, threads: Environment.ProcessorCount).Candidate("all threads");
        using var stop = new CancellationTokenSource();
        Thread[] others = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => SpinUntil(stop.Token)) { IsBackground = true })];
        foreach (Thread other in others)
            other.Start();
        Race race = Race.Run([one, many], settle: Race.Settling);
        stop.Cancel();
        foreach (Thread other in others)
            other.Join();
        return new Row($"train {problem.Shape}, batch {problem.Batch}, {Environment.ProcessorCount} threads on as many busy processors", "one thread", Unit.Factor, 1, 1 - Noise,
            race.WallRatio(one, many), $"{race.WallSeconds(many) * 1e6:F1} µs against {race.WallSeconds(one) * 1e6:F1}");
    }

    static void SpinUntil(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            Thread.SpinWait(100);
    }

    /// <summary>Weights of 0.01 let a signal vanish within a few of 30 layers; its products would be denormal numbers.</summary>
    static Row Denormals()
    {
        Candidate healthy = new OwnTraining(s_deep).Candidate("He"), vanishing = new OwnTraining(s_deep, deviation: 0.01f).Candidate("Normal(0.01)");
        Race race = Race.Run([healthy, vanishing]);
        return new Row("train 64, 30 ReLU layers of 64, 10, batch 64, Normal(0.01)", "the same with He", Unit.Factor, 1, 1 / 1.2, race.ProcessorRatio(healthy, vanishing),
            $"{race.ProcessorSeconds(vanishing) * 1e6:F1} µs against {race.ProcessorSeconds(healthy) * 1e6:F1}");
    }
}
