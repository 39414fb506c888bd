namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Initializers with a structure: it is checked exactly.</summary>
[TestFixture]
internal sealed class StructuredFillsTests
{
    // ⌈sparsity · rows⌉ as PyTorch's sparse_ computes it, in Python's doubles.
    [TestCase("0.1", 10, 1)]
    [TestCase("0.9", 10, 9)]
    [TestCase("0.33", 100, 33)]
    [TestCase("0.5", 7, 4)]
    [TestCase("0.001", 7, 1)]
    [TestCase("0.7", 10, 7)]
    [TestCase("0", 10, 0)]
    [TestCase("1", 10, 10)]
    public void Sparse_zeroes_as_many_weights_of_each_input_as_PyTorch(string sparsity, int rows, int zeros)
    {
        float[] weights = Fills.Of($"sparse(sparsity={sparsity})", WeightShape.Dense(50, rows));
        for (int column = 0; column < 50; column++)
            Assert.That(Enumerable.Range(0, rows).Count(row => weights[row * 50 + column] == 0), Is.EqualTo(zeros));
    }

    /// <summary>With 5 of 10 places each, a place is 0 in half of n columns, within five standard errors; the same places in each column, or a shuffle that misses one, are far off.</summary>
    [Test]
    public void Sparse_chooses_every_place_equally_often_and_anew_for_each_input()
    {
        const int columns = 4000;
        float[] weights = Fills.Of("sparse(sparsity=0.5)", WeightShape.Dense(columns, 10));
        for (int row = 0; row < 10; row++)
        {
            Assert.That(weights.AsSpan(row * columns, columns).ToArray().Count(weight => weight == 0), Is.EqualTo(columns / 2).Within(5 * Math.Sqrt(columns) / 2));
            int other = (row + 1) % 10;       // both 0: 5 · 4 of 10 · 9
            double both = Enumerable.Range(0, columns).Count(column => weights[row * columns + column] == 0 && weights[other * columns + column] == 0);
            Assert.That(both, Is.EqualTo(columns * 2 / 9.0).Within(5 * Math.Sqrt(columns * 2 / 9.0 * 7 / 9)));
        }
    }

    [TestCase(40, 15)]
    [TestCase(15, 15)]
    [TestCase(9, 9)]
    public void Martens_keeps_fifteen_weights_of_each_unit(int inputs, int kept)
    {
        float[] weights = Fills.Of("martens", WeightShape.Dense(inputs, 300));
        for (int row = 0; row < 300; row++)
            Assert.That(weights.AsSpan(row * inputs, inputs).ToArray().Count(weight => weight != 0), Is.EqualTo(kept));
        // Each of 40 inputs is kept by 15/40 of the units, within five standard errors.
        double share = (double)kept / inputs;
        for (int column = 0; column < inputs; column++)
            Assert.That(Enumerable.Range(0, 300).Count(row => weights[row * inputs + column] != 0), Is.EqualTo(300 * share).Within(1e-9 + 5 * Math.Sqrt(300 * share * (1 - share))));
    }

    [Test]
    public void Martens_sets_the_biases_of_tanh_units_and_no_others()
    {
        Assert.That(Fills.Plan("martens", [20, 30, 4], "Tanh").Biases(), Is.EqualTo(new[] { Enumerable.Repeat(0.5f, 30).ToArray(), new float[4] }));
        Assert.That(Fills.Plan("martens", [20, 30, 4], "Sigmoid").Biases().SelectMany(bias => bias), Has.All.Zero);
        Assert.That(Fills.Plan("sparse(sparsity=0.5)", [20, 30, 4], "Tanh").Biases().SelectMany(bias => bias), Has.All.Zero);
    }

    /// <summary>Kronecker powers of [[1, 1], [1, −1]]: Sylvester's matrices by their definition.</summary>
    static int[,] Hadamard(int exponent)
    {
        int[,] smaller = { { 1 } };
        for (int size = 1; size < 1 << exponent; size *= 2)
        {
            var larger = new int[2 * size, 2 * size];
            for (int row = 0; row < 2 * size; row++)
                for (int column = 0; column < 2 * size; column++)
                    larger[row, column] = smaller[row % size, column % size] * (row >= size && column >= size ? -1 : 1);
            smaller = larger;
        }
        return smaller;
    }

    [TestCase(5, 8, 3)]
    [TestCase(7, 9, 4)]
    [TestCase(1, 2, 1)]
    [TestCase(3, 64, 6)]
    public void Hadamard_identity_takes_a_part_of_a_Hadamard_matrix_where_units_are_more(int inputs, int outputs, int exponent)
    {
        float[] weights = Fills.Of("hadamard_identity", WeightShape.Dense(inputs, outputs));
        int[,] hadamard = Hadamard(exponent);
        float scale = (float)Math.Pow(2, -(exponent - 1) / 2.0);
        for (int row = 0; row < outputs; row++)
            for (int column = 0; column < inputs; column++)
                Assert.That(weights[row * inputs + column], Is.EqualTo(hadamard[row, column] * scale).Within(1e-7f * scale));
        // Columns of a whole Hadamard matrix are orthogonal: of 2^m units all singular values are √2.
        Assert.That(new HadamardIdentity().TargetDeviation(WeightShape.Dense(inputs, outputs)), Is.EqualTo(Deviation(weights)).Within(1e-6));
    }

    [Test]
    public void Hadamard_identity_passes_inputs_on_where_units_are_no_more()
    {
        Assert.That(Fills.Of("ZeroHadamard", WeightShape.Dense(3, 2)), Is.EqualTo((float[])[1, 0, 0, 0, 1, 0]));
        Assert.That(Fills.Of("hadamard_identity", WeightShape.Dense(2, 2), seed: 1), Is.EqualTo(Fills.Of("hadamard_identity", WeightShape.Dense(2, 2), seed: 2)), "no seed counts");
        Assert.That(Fills.Of("zero", WeightShape.Dense(2, 2)), Is.All.Zero, "zero is not ZerO");
    }

    [Test]
    public void Idinit_repeats_the_identity_until_the_rectangle_is_full()
    {
        Assert.That(Fills.Of("idinit(epsilon=0)", WeightShape.Dense(2, 5)), Is.EqualTo((float[])[1, 0, 0, 1, 1, 0, 0, 1, 1, 0]));
        Assert.That(Fills.Of("idinit(epsilon=0, gain=-2)", WeightShape.Dense(3, 2)), Is.EqualTo((float[])[-2, 0, -2, 0, -2, 0]));
        WeightShape end = Fills.Layer(3, 3) with { ResidualBranches = 1, BranchDepth = 1, BranchLayer = 1 };
        Assert.That(Fills.Of("idinit(epsilon=0.5)", end), Is.EqualTo((float[])[0.5f, -0.5f, 0, 0, 0.5f, -0.5f, -0.5f, 0, 0.5f]));
        Assert.That(Fills.Of("idinit(epsilon=0.5)", Fills.Layer(1, 2) with { ResidualBranches = 1, BranchDepth = 1, BranchLayer = 1 }), Is.EqualTo((float[])[0.5f, -0.5f]));
        float[] noise = [.. Fills.Of("idinit(epsilon=0.01)", WeightShape.Dense(100, 100)).Select((weight, i) => weight - (i % 101 == 0 ? 1 : 0))];
        // Ten thousand normals: their deviation within five standard errors, 3.5 %.
        Assert.That(Deviation(noise), Is.EqualTo(0.01).Within(0.01 * 5 * Math.Sqrt(0.5 / 10_000)));
    }

    [TestCase(64, 256)]
    [TestCase(20, 30)]
    public void Orthogonal_keeps_the_mean_square_of_each_unit_where_that_is_asked_for(int inputs, int outputs)
    {
        WeightShape shape = WeightShape.Dense(inputs, outputs);
        float[] plain = Fills.Of("orthogonal(gain=0.7)", shape), kept = Fills.Of("orthogonal(gain=0.7, keep_variance=true)", shape);
        float factor = (float)Math.Sqrt((double)outputs / inputs);
        for (int i = 0; i < plain.Length; i++)
            Assert.That(kept[i], Is.EqualTo(plain[i] * factor).Within(1e-7));
        Assert.That(Fills.Of("orthogonal(keep_variance=true)", WeightShape.Dense(outputs, inputs)), Is.EqualTo(Fills.Of("orthogonal", WeightShape.Dense(outputs, inputs))), "fewer units than inputs stay as they are");
        Assert.That(new Orthogonal(0.7f, keepVariance: true).TargetDeviation(shape), Is.EqualTo(0.7 / Math.Sqrt(inputs)).Within(1e-6));
    }

    static double Deviation(float[] values)
    {
        double mean = values.Average(value => (double)value);
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
