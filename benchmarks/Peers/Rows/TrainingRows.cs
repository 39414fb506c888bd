using Kernels;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using Peers.LibTorch;
using Peers.Measuring;
using Peers.Own;
using TorchSharp;

namespace Peers.Rows;

/// <summary>Training steps with Adam, against libtorch and against the machine's own floor.</summary>
static class TrainingRows
{
    const int ComparedSteps = 5;

    /// <summary>Processors that two peak probes keep busy; below this, two threads weren't given two cores.</summary>
    const double TwoCores = 1.9;

    /// <summary>Some tens of milliseconds, beside which starting a thread is short.</summary>
    const int ProbesInCall = 200;

    /// <summary>For OpenMP's threads, which spin after their work, to fall asleep.</summary>
    static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(15);

    static readonly TrainingProblem s_wide = new(784, [256, 128], 10, NetworkTask.Multiclass, 128);

    static readonly TrainingProblem s_residual = new(128, [.. new ResidualBlocks(2).Layers(blocks: 50, width: 128)], 10, NetworkTask.Multiclass, 128) { Residual = new ResidualBlocks(2), Dropout = 0.1f };

    public static IEnumerable<Row> Measure() =>
    [
        .. Wide(),
        WideOnTwoThreads(),
        Small(new TrainingProblem(4, [16], 3, NetworkTask.Multiclass, 32), goal: 70, gate: 50),
        Small(new TrainingProblem(30, [64, 32], 1, NetworkTask.Binary, 32), goal: 32, gate: 25),
        Small(new TrainingProblem(8, [64, 64], 1, NetworkTask.Regression, 128), goal: 10, gate: 9),
        Small(new TrainingProblem(64, [.. Enumerable.Repeat(64, 30)], 10, NetworkTask.Multiclass, 64), goal: 8, gate: 5, name: "train 64, 30 ReLU layers of 64, 10"),
        Small(s_residual, goal: 3.5, gate: 3, name: "train 128, 50 residual blocks of 2 × 128 with layer normalization and dropout, 10"),
    ];

    static IEnumerable<Row> Wide()
    {
        string work = Name(s_wide) + ", one thread";
        Candidate bandwidth = SimdLevels.Create<BandwidthProbe, Candidate>(SimdLevels.Best, new BandwidthProbe(s_wide.Parameters));
        var own = new OwnTraining(s_wide);
        Candidate ours = own.Candidate();
        Candidate? peer = Peer(s_wide, own.Network, out string? reason)?.Candidate();
        Race race = Race.Run(peer is null ? [bandwidth, ours] : [bandwidth, ours, peer]);

        double floor = s_wide.Work / race.Peak + (double)BandwidthProbe.BytesAnElement * s_wide.Parameters / bandwidth.Work * race.ProcessorSeconds(bandwidth);
        string floorDetails = $"floor {floor * 1e6:F0} µs at {race.Peak / 1e9:F0} GFLOP/s and {bandwidth.Work / race.ProcessorSeconds(bandwidth) / 1e9:F0} GB/s";
        return
        [
            peer is null
                ? new Row(work, "libtorch", Unit.Factor, 2.1, 1.8, null, reason!)
                : new Row(work, "libtorch", Unit.Factor, 2.1, 1.8, race.ProcessorRatio(peer, ours), Times(race, ours, peer)),
            new Row(work, "the floor", Unit.Share, 0.88, 0.82, floor / race.ProcessorSeconds(ours), floorDetails),
        ];
    }

    static Row WideOnTwoThreads()
    {
        string work = Name(s_wide) + ", two threads";
        Row Unmeasured(string reason) => new(work, "libtorch", Unit.Factor, 2.2, 1.9, null, reason);
        if (Environment.ProcessorCount < 2)
            return Unmeasured("one processor only");
        var own = new OwnTraining(s_wide, threads: 2);
        TorchTraining? torchTraining = Peer(s_wide, own.Network, out string? reason);
        if (torchTraining is null)
            return Unmeasured(reason!);

        Candidate one = new OwnTraining(s_wide).Candidate("one thread"), ours = own.Candidate(), peer = torchTraining.Candidate(), probe = PeakOnTwoThreads();
        torch.set_num_threads(2);
        Race race = Race.Run([probe, one, ours, peer], s_rest, Race.Settling);
        torch.set_num_threads(1);
        string details = $"{race.WallSeconds(ours) * 1e6:F0} µs against {race.WallSeconds(peer) * 1e6:F0}; "
            + $"{race.WallRatio(one, ours):F2} × one thread; the peak probe kept {race.BusyProcessors(probe):F2} processors busy";
        return race.BusyProcessors(probe) < TwoCores
            ? Unmeasured($"not measurable: two cores weren't to be had ({details})")
            : new Row(work, "libtorch", Unit.Factor, 2.2, 1.9, race.WallRatio(peer, ours), details);
    }

    static Row Small(TrainingProblem problem, double goal, double gate, string? name = null)
    {
        string work = name is null ? Name(problem) : $"{name}, batch {problem.Batch}, Adam";
        var own = new OwnTraining(problem);
        if (Peer(problem, own.Network, out string? reason) is not { } torchTraining)
            return new Row(work, "libtorch", Unit.Factor, goal, gate, null, reason!);
        Candidate ours = own.Candidate(), peer = torchTraining.Candidate();
        Race race = Race.Run([ours, peer]);
        return new Row(work, "libtorch", Unit.Factor, goal, gate, race.ProcessorRatio(peer, ours), Times(race, ours, peer));
    }

    /// <summary>libtorch's training from the same weights, or null with the reason. Its first losses are compared with ours: both must do the same work. Without dropout, whose choices are each one's own.</summary>
    static TorchTraining? Peer(TrainingProblem problem, FeedForwardNetwork network, out string? reason)
    {
        reason = TorchLibrary.Failure;
        if (reason is not null)
            return null;
        float[][] weights = [.. network.DenseLayers.Select(layer => layer.GetWeights())];
        var ours = new OwnTraining(problem with { Dropout = 0 });
        var theirs = new TorchTraining(problem with { Dropout = 0 }, weights);
        for (int step = 1; step <= ComparedSteps; step++)
        {
            double own = ours.StepWithLoss(), other = theirs.StepWithLoss();
            if (Math.Abs(own - other) > 1e-3 * other)
            {
                reason = $"the two don't do the same work: in step {step} the loss is {own:G6} here and {other:G6} in libtorch";
                return null;
            }
        }
        return new TorchTraining(problem, weights);
    }

    /// <summary>Two threads that each run the probe alone. The second is started anew each time: a new thread gets an idle processor at once, one that slept its waker's.</summary>
    static Candidate PeakOnTwoThreads()
    {
        Candidate[] probes = [.. Enumerable.Range(0, 2).Select(_ => SimdLevels.Create<PeakProbe, Candidate>(SimdLevels.Best, new PeakProbe()))];
        return new Candidate("FMA peak", 0, () =>
        {
            var second = new Thread(() => Repeat(probes[1]));
            second.Start();
            Repeat(probes[0]);
            second.Join();
        });

        static void Repeat(Candidate probe)
        {
            for (int i = 0; i < ProbesInCall; i++)
                probe.Call();
        }
    }

    static string Name(TrainingProblem problem) => $"train {problem.Shape}, batch {problem.Batch}, Adam";

    static string Times(Race race, Candidate ours, Candidate peer)
        => $"{race.ProcessorSeconds(ours) * 1e6:F1} µs against {race.ProcessorSeconds(peer) * 1e6:F1}; peak {race.Peak / 1e9:F0} GFLOP/s";
}
