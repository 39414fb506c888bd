using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture, NonParallelizable]
public sealed class InitializerMemoryTests
{
    /// <summary>All but from_array, which has its values already and for one shape only.</summary>
    static IEnumerable<string> Names() => InitializerRegistry.CreateDefault().Names.Where(name => name != "from_array");

    /// <summary>A fill's peak is its weights and at most one work matrix: 300 × 200 floats, and 16 KB for objects and blocks of rows.</summary>
    [TestCaseSource(nameof(Names))]
    public void A_fill_takes_one_work_matrix_at_most(string name)
    {
        WeightInitializer initializer = InitializersWithArguments.Parse(name);
        var shape = WeightShape.Dense(300, 200);
        var weights = new float[shape.Count];
        Assert.That(Taken(() => initializer.Fill(weights, shape, new RandomSource(1, 1))), Is.LessThanOrEqualTo(OneMatrix(shape) + Small));
    }

    /// <summary>For objects, and a few rows.</summary>
    const int Small = 16_384;

    /// <summary>A matrix of the tensor's size, padded, and two blocks of 64 rows with their inner products.</summary>
    static long OneMatrix(WeightShape shape) => 4 * shape.Count + 4L * Math.Min(shape.Rows, shape.Columns) * 32 + 8L * 64 * (Math.Max(shape.Rows, shape.Columns) + 32) + 100_000;

    /// <summary>Bytes that one run asks for, on the collector's heap and beside it, after one that lets the runtime make what it makes once.</summary>
    static long Taken(Action run)
    {
        run();
        long before = GC.GetAllocatedBytesForCurrentThread() + WorkBuffer.AllocatedBytesOfThread;
        run();
        return GC.GetAllocatedBytesForCurrentThread() + WorkBuffer.AllocatedBytesOfThread - before;
    }

    /// <summary>Tall, wide, square; gates, groups, kernels; either layout.</summary>
    static readonly WeightShape[] s_tensors =
    [
        WeightShape.Dense(300, 200), WeightShape.Dense(200, 300), WeightShape.Dense(250, 250), WeightShape.FromKeras(300, 200), WeightShape.Recurrent(100, 150, 4), WeightShape.Recurrent(100, 150, 4, TensorLayout.OutputsLast),
        WeightShape.Convolution(64, 96, [3, 3], groups: 4), WeightShape.Convolution(64, 96, [3, 3], layout: TensorLayout.OutputsLast), WeightShape.TransposedConvolution(64, 96, [3, 3], groups: 2), WeightShape.Dense(300, 200) with { Role = TensorRole.Output },
        WeightShape.Bias(WeightShape.Recurrent(100, 5000, 4)), WeightShape.Embedding(300, 200),
    ];

    /// <summary>What an initializer says that it takes, and what a limit of memory is therefore compared with, is what it takes; and never more than one matrix of the tensor's size.</summary>
    [TestCaseSource(nameof(Names))]
    public void Work_bytes_are_what_a_fill_takes(string name)
    {
        WeightInitializer initializer = InitializersWithArguments.Parse(name);
        foreach (WeightShape shape in s_tensors)
        {
            var weights = new float[shape.Count];
            long taken = Taken(() => initializer.Fill(weights, shape, new RandomSource(1, 1))), said = initializer.WorkBytes(shape);
            Assert.That(taken, Is.LessThanOrEqualTo(said + Small), shape.ToString());
            Assert.That(said, Is.LessThanOrEqualTo(OneMatrix(shape)), shape.ToString());
        }
    }

    /// <summary>Tensors of a plan that are made of another's draws: a decoder's transposed weights, and biases with the signs of their weights.</summary>
    [TestCase("autoencoder(encoder=orthogonal, transposed=true)")]
    [TestCase("autoencoder(encoder=he, transposed=true)")]
    [TestCase("nguyen_widrow")]
    [TestCase("looks_linear")]
    public void Planned_tensors_take_what_they_say(string specification)
    {
        foreach (PlannedTensor tensor in Fills.Plan(specification, [300, 200, 300], "Tanh").Tensors)
        {
            long said = tensor.Initializer?.WorkBytes(tensor.Shape) ?? 0, own = 4 * tensor.Shape.Count;
            Assert.That(Taken(() => PlanExecution.Fill(tensor, 1)) - own, Is.LessThanOrEqualTo(said + Small), tensor.Name);
            Assert.That(said, Is.LessThanOrEqualTo(OneMatrix(WeightShape.Dense(300, 200))), tensor.Name);
        }
    }

    /// <summary>The matrix itself, a padded row of it, and two blocks of at most 64 rows with their inner products.</summary>
    [TestCase(200, 300)]
    [TestCase(2048, 2048)]
    [TestCase(20_000, 20_000)]
    [TestCase(64, 64)]
    [TestCase(64, 10)]
    [TestCase(1, 1)]
    public void An_orthogonal_fill_names_one_matrix_and_two_blocks_of_rows(int inputs, int outputs)
    {
        int shorter = Math.Min(inputs, outputs), longer = Math.Max(inputs, outputs), block = Math.Min(64, (shorter + 15) / 16 * 16);
        long bytes = new Orthogonal().WorkBytes(WeightShape.Dense(inputs, outputs)), matrix = 4L * shorter * longer;
        Assert.That(bytes, Is.GreaterThanOrEqualTo(matrix).And.LessThan(matrix + 4L * shorter * 48 + 8L * block * (longer + 32) + 8L * block * (block + Math.Min(96, shorter) + 1) + 8L * shorter + 1));
    }

    [Test]
    public void A_matrix_that_takes_more_than_it_may_is_refused_with_its_bytes_and_before_anything_is_allocated()
    {
        PlannedTensor tensor = PlanExecution.Build([(20_000, 20_000, "Tanh"), (20_000, 1, "Identity")], new Orthogonal()).Tensors[0];
        long work = new Orthogonal().WorkBytes(tensor.Shape), before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => PlanExecution.Fill(tensor, 1), Throws.InvalidOperationException.With.Message.Contains(work.ToString("N0", System.Globalization.CultureInfo.InvariantCulture))
            .And.Message.Contains("1,600,000,000 bytes").And.Message.Contains("MaxInitializerBytes is 1,073,741,824").And.Message.Contains("hidden[0].weights"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
    }

    [Test]
    public void A_limit_that_is_met_fills_and_one_byte_less_does_not()
    {
        PlannedTensor tensor = PlanExecution.Build([(30, 20, "Tanh"), (20, 1, "Identity")], new Orthogonal()).Tensors[0];
        long work = new Orthogonal().WorkBytes(tensor.Shape);
        Assert.That(PlanExecution.Fill(tensor, 1, work), Is.EqualTo(PlanExecution.Fill(tensor, 1)));
        Assert.That(() => PlanExecution.Fill(tensor, 1, work - 1), Throws.InvalidOperationException);
        Assert.That(PlanExecution.Fill(PlanExecution.Build([(30, 20, "Tanh"), (20, 1, "Identity")], VarianceScaling.He()).Tensors[0], 1, 0), Has.Length.EqualTo(600), "he takes nothing");
    }

    /// <summary>A refusal of the last layer comes before the first is filled.</summary>
    [Test]
    public void All_tensors_are_checked_before_one_is_filled()
    {
        var first = new Counting();
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [8, 64], epochs: 0) with { Init = new Recipe(hidden: new Orthogonal(), first: first), MaxInitializerBytes = 10_000 };
        Assert.That(() => NetworkTrainer.Train(Trainings.Rings(40), options), Throws.InvalidOperationException.With.Message.Contains("hidden[1].weights").And.Message.Contains("MaxInitializerBytes is 10,000"));
        Assert.That(first.Fills, Is.Zero);
    }

    sealed class Counting : WeightInitializer
    {
        public int Fills { get; private set; }
        public override string Name => "counting";
        public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random) => Fills++;
    }
}
