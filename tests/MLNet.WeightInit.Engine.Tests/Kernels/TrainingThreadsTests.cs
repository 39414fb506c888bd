using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>Threads as a whole training uses them.</summary>
[TestFixture]
[Category("Determinism")]
internal sealed class TrainingThreadsTests
{
    /// <summary>What a worker's thread is called on Linux, where a name has 15 characters.</summary>
    const string WorkerName = "MLNet.WeightIni";

    static readonly TrainingSet s_data = Trainings.Rings(200, features: 40);

    /// <summary>Products of 128 × 40 × 160 and 128 × 160 × 96 multiply-adds: both above the 200,000 from which on threads share.</summary>
    static TrainingOptions Options(int threads, int epochs = 3)
        => Trainings.Options(NetworkTask.Multiclass, 3, [160, 96], batchSize: 128, epochs: epochs, threads: threads);

    static byte[] Train(int threads) => Trainings.Bytes(NetworkTrainer.Train(s_data, Options(threads)).Network);

    [Test]
    public void A_training_with_far_more_threads_than_cores_gives_the_same_model([Values(8, 64)] int threads)
        => Assert.That(Train(threads), Is.EqualTo(Train(1)));

    [Test]
    public void Trainings_at_the_same_time_give_the_models_that_they_give_alone()
    {
        int[] threads = [1, 2, 3, 8, 2, 1];
        byte[] expected = Train(1);
        var models = new byte[threads.Length][];
        Thread[] callers = [.. threads.Select((count, i) => new Thread(() => models[i] = Train(count)))];
        foreach (Thread caller in callers)
            caller.Start();
        foreach (Thread caller in callers)
            caller.Join();
        Assert.That(models, Is.All.EqualTo(expected));
    }

    [Test]
    [Platform("Linux", Reason = "Threads are counted by name, in a folder that other systems don't have.")]
    [NonParallelizable]
    public void A_training_starts_no_more_workers_than_its_threads_less_one_and_leaves_none_behind([Values(1, 2, 3, 8)] int threads)
    {
        var during = new List<int>();
        NetworkTrainer.Train(s_data, Options(threads) with { Progress = new Immediate(() => during.Add(Workers())) });
        Assert.That(during, Has.Count.EqualTo(3).And.All.LessThanOrEqualTo(threads - 1));
        Assert.That(WorkersLeft(), Is.Zero);
    }

    [Test]
    [Platform("Linux", Reason = "Threads are counted by name, in a folder that other systems don't have.")]
    [NonParallelizable]
    public void Two_hundred_trainings_that_end_failed_or_cancelled_leave_no_thread_behind()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        TrainingOptions options = Options(threads: 4, epochs: 1);
        for (int i = 0; i < 200; i++)
        {
            switch (i % 4)
            {
                case 0:
                    Assert.That(() => NetworkTrainer.Train(s_data, options with { CancellationToken = cancelled.Token }), Throws.InstanceOf<OperationCanceledException>());
                    break;
                case 1:
                    Assert.That(() => NetworkTrainer.Train(s_data, options with { Init = InitializerRegistry.CreateDefault().Parse("normal(deviation=1e30)") }),
                        Throws.TypeOf<NonFiniteTrainingException>());
                    break;
                case 2:
                    Assert.That(() => NetworkTrainer.Train(s_data, options with { Progress = new Immediate(() => throw new InvalidDataException()) }), Throws.TypeOf<InvalidDataException>());
                    break;
                default:
                    NetworkTrainer.Train(s_data, options);
                    break;
            }
        }
        Assert.That(WorkersLeft(), Is.Zero);
    }

    /// <summary>A thread that was joined is listed until the system has cleared it away, which takes a few looks; a worker that is left behind stays for all of them.</summary>
    static int WorkersLeft()
    {
        for (int looks = 0; looks < 1_000 && Workers() > 0; looks++)
            Thread.Yield();
        return Workers();
    }

    static int Workers()
        => Directory.EnumerateDirectories("/proc/self/task").Count(task => Name(task) == WorkerName);

    static string Name(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n');
        }
        catch (IOException)                                    // the thread ended between the listing and the look
        {
            return "";
        }
    }

    sealed class Immediate(Action action) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => action();
    }
}
