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
        initializer.Fill(weights, shape, new RandomSource(1, 1));
        long before = GC.GetAllocatedBytesForCurrentThread();
        initializer.Fill(weights, shape, new RandomSource(1, 1));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThanOrEqualTo(4 * shape.Count + 16_384));
    }

    /// <summary>The matrix itself, a padded row of it, and two blocks of 64 rows with their inner products.</summary>
    [TestCase(200, 300)]
    [TestCase(2048, 2048)]
    [TestCase(20_000, 20_000)]
    [TestCase(1, 1)]
    public void An_orthogonal_fill_names_one_matrix_and_two_blocks_of_rows(int inputs, int outputs)
    {
        int shorter = Math.Min(inputs, outputs), longer = Math.Max(inputs, outputs);
        long bytes = new Orthogonal().WorkBytes(WeightShape.Dense(inputs, outputs)), matrix = 4L * shorter * longer;
        Assert.That(bytes, Is.GreaterThanOrEqualTo(matrix).And.LessThan(matrix + 4L * shorter * 32 + 8L * 64 * (longer + 32) + 8L * shorter + 100_000));
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
}
