using MathNet.Numerics.LinearAlgebra;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Fills with a structure keep it in each gate and group, at the kernel's place for it, and in both frameworks' orders.</summary>
[TestFixture]
internal sealed class TensorStructureTests
{
    /// <summary>A layer in both orders, with the place of each weight as the frameworks index it: PyTorch [outputs, inputs / groups, kernel…], transposed [inputs, outputs / groups, kernel…]; Keras [kernel…, inputs, outputs], transposed [kernel…, outputs, inputs].</summary>
    public sealed record Layer(string Name, Func<TensorLayout, WeightShape> Shape, int Blocks, int Units, int Inputs, int Positions = 1, int Center = 0, bool IsTransposed = false)
    {
        public override string ToString() => Name;

        public int Place(TensorLayout layout, int block, int unit, int input, int position) => (layout, IsTransposed) switch
        {
            (TensorLayout.OutputsFirst, false) => ((block * Units + unit) * Inputs + input) * Positions + position,
            (TensorLayout.OutputsLast, false) => (position * Inputs + input) * (Blocks * Units) + block * Units + unit,
            (TensorLayout.OutputsFirst, true) => ((block * Inputs + input) * Units + unit) * Positions + position,
            _ => (position * Units + unit) * Inputs + input,
        };

        /// <summary>The weights of a block, [units, inputs · positions] with the position fastest.</summary>
        public double[,] Matrix(float[] weights, TensorLayout layout, int block)
        {
            var matrix = new double[Units, Inputs * Positions];
            for (int unit = 0; unit < Units; unit++)
                for (int input = 0; input < Inputs; input++)
                    for (int position = 0; position < Positions; position++)
                        matrix[unit, input * Positions + position] = weights[Place(layout, block, unit, input, position)];
            return matrix;
        }

        /// <summary>The weights of a block at the kernel's middle, after a look that all others are 0.</summary>
        public double[,] Middle(float[] weights, TensorLayout layout, int block)
        {
            double[,] all = Matrix(weights, layout, block);
            var middle = new double[Units, Inputs];
            for (int unit = 0; unit < Units; unit++)
                for (int column = 0; column < Inputs * Positions; column++)
                    if (column % Positions == Center)
                        middle[unit, column / Positions] = all[unit, column];
                    else
                        Assert.That(all[unit, column], Is.Zero, "only the middle is filled");
            return middle;
        }
    }

    static readonly Layer[] s_layers =
    [
        new("dense 7 → 10", layout => layout == TensorLayout.OutputsFirst ? WeightShape.Dense(7, 10) : WeightShape.FromKeras(7, 10), 1, 10, 7),
        new("dense 10 → 6", layout => layout == TensorLayout.OutputsFirst ? WeightShape.Dense(10, 6) : WeightShape.FromKeras(10, 6), 1, 6, 10),
        new("LSTM 6 → 8", layout => WeightShape.Recurrent(6, 8, 4, layout), 4, 8, 6),
        new("LSTM 8 → 8", layout => WeightShape.Recurrent(8, 8, 4, layout), 4, 8, 8),
        new("GRU 10 → 4", layout => WeightShape.Recurrent(10, 4, 3, layout), 3, 4, 10),
        new("convolution 12 → 18 by 3, 3 groups", layout => WeightShape.Convolution(12, 18, [3], 3, layout), 3, 6, 4, 3, 1),
        new("convolution 4 → 12 by 2 × 3, 2 groups", layout => WeightShape.Convolution(4, 12, [2, 3], 2, layout), 2, 6, 2, 6, 4),
        new("depthwise convolution of 5 by 3 × 3", layout => WeightShape.Convolution(5, 10, [3, 3], 5, layout), 5, 2, 1, 9, 4),
        new("transposed convolution 6 → 4 by 3", layout => WeightShape.TransposedConvolution(6, 4, [3], 1, layout), 1, 4, 6, 3, 1, IsTransposed: true),
        new("transposed convolution 4 → 12 by 3, 2 groups", _ => WeightShape.TransposedConvolution(4, 12, [3], 2), 2, 6, 2, 3, 1, IsTransposed: true),
    ];

    /// <summary>Keras has transposed convolutions of one group only.</summary>
    static readonly Layer[] s_inBothLayouts = [.. s_layers.Where(layer => !layer.IsTransposed || layer.Blocks == 1)];

    static IEnumerable<object[]> Cases() => [.. s_layers.Select(layer => (object[])[layer, TensorLayout.OutputsFirst]), .. s_inBothLayouts.Select(layer => (object[])[layer, TensorLayout.OutputsLast])];

    static float[] Fill(string initializer, WeightShape shape) => WeightInitializer.Parse(initializer).Fill(shape, 1, "tensor");

    [TestCaseSource(nameof(Cases))]
    public void Sparse_zeroes_as_many_weights_of_each_input_in_each_gate_and_group(Layer layer, TensorLayout layout)
    {
        float[] weights = Fill("sparse(sparsity=0.4)", layer.Shape(layout));
        for (int block = 0; block < layer.Blocks; block++)
        {
            double[,] matrix = layer.Matrix(weights, layout, block);
            for (int column = 0; column < layer.Inputs * layer.Positions; column++)
                Assert.That(Enumerable.Range(0, layer.Units).Count(unit => matrix[unit, column] == 0), Is.EqualTo((int)Math.Ceiling(0.4 * layer.Units)), $"block {block}, input {column}");
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Martens_keeps_as_many_weights_of_each_unit(Layer layer, TensorLayout layout)
    {
        float[] weights = Fill("martens(connections=4)", layer.Shape(layout));
        for (int block = 0; block < layer.Blocks; block++)
        {
            double[,] matrix = layer.Matrix(weights, layout, block);
            for (int unit = 0; unit < layer.Units; unit++)
                Assert.That(Enumerable.Range(0, layer.Inputs * layer.Positions).Count(column => matrix[unit, column] != 0), Is.EqualTo(Math.Min(4, layer.Inputs * layer.Positions)), $"block {block}, unit {unit}");
        }
    }

    /// <summary>[[O, −O], [−O, O]] with an orthogonal O that is another one in each block.</summary>
    [TestCaseSource(nameof(Cases))]
    public void Looks_linear_mirrors_each_gate_and_group_at_the_kernels_middle(Layer layer, TensorLayout layout)
    {
        float[] weights = Fill("looks_linear(gain=2)", layer.Shape(layout));
        int rows = layer.Units / 2, columns = layer.Inputs / 2;
        Matrix<double>? before = null;
        for (int block = 0; block < layer.Blocks; block++)
        {
            double[,] middle = layer.Middle(weights, layout, block);
            for (int unit = 0; unit < 2 * rows; unit++)
                for (int input = 0; input < 2 * columns; input++)
                    Assert.That(middle[unit, input], Is.EqualTo(middle[unit % rows, input % columns] * (unit >= rows == input >= columns ? 1 : -1)));
            Matrix<double> orthogonal = Matrix<double>.Build.Dense(rows, columns, (unit, input) => middle[unit, input]);
            if (rows == 0 || columns == 0)
                continue;
            Assert.That(orthogonal.Svd(computeVectors: false).S, Has.All.EqualTo(2).Within(1e-5));
            Assert.That(orthogonal, Is.Not.EqualTo(before), "each block is drawn");
            before = orthogonal;
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Hadamard_identity_is_one_a_gate_and_group_at_the_kernels_middle(Layer layer, TensorLayout layout)
    {
        float[] weights = Fill("hadamard_identity", layer.Shape(layout));
        int order = (int)Math.Ceiling(Math.Log2(layer.Units));
        for (int block = 0; block < layer.Blocks; block++)
        {
            double[,] middle = layer.Middle(weights, layout, block);
            for (int unit = 0; unit < layer.Units; unit++)
                for (int input = 0; input < layer.Inputs; input++)
                {
                    int sign = int.PopCount(unit & input) % 2 == 0 ? 1 : -1;
                    double expected = layer.Units > layer.Inputs ? sign * Math.Pow(2, -(order - 1) / 2.0) : unit == input ? 1 : 0;
                    Assert.That(middle[unit, input], Is.EqualTo(expected).Within(1e-7));
                }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Idinit_repeats_the_identity_in_each_gate_and_group(Layer layer, TensorLayout layout)
    {
        WeightShape shape = layer.Shape(layout);
        float[] weights = Fill("idinit(epsilon=0, gain=3)", shape), ending = Fill("idinit(epsilon=0.5)", shape with { BranchDepth = 1, BranchLayer = 1 });
        int columns = layer.Inputs * layer.Positions, side = Math.Min(layer.Units, columns);
        for (int block = 0; block < layer.Blocks; block++)
        {
            double[,] matrix = layer.Matrix(weights, layout, block), last = layer.Matrix(ending, layout, block);
            for (int unit = 0; unit < layer.Units; unit++)
                for (int column = 0; column < columns; column++)
                {
                    Assert.That(matrix[unit, column], Is.EqualTo(unit % side == column % side ? 3 : 0));
                    Assert.That(last[unit, column], Is.EqualTo(unit % side == column % side ? 0.5 : (unit + 1) % side == column % side ? -0.5 : 0));
                }
        }
    }

    /// <summary>0.7 H^(1/n) times half of tanh's active region, 2, for the H units of a gate or group and their n weights each.</summary>
    [TestCaseSource(nameof(Cases))]
    public void Nguyen_Widrow_gives_units_the_length_of_their_own_gate_or_group(Layer layer, TensorLayout layout)
    {
        float[] weights = Fill("nguyen_widrow", layer.Shape(layout) with { Activation = "Tanh" });
        double length = 2 * 0.7 * Math.Pow(layer.Units, 1.0 / (layer.Inputs * layer.Positions));
        for (int block = 0; block < layer.Blocks; block++)
        {
            double[,] matrix = layer.Matrix(weights, layout, block);
            for (int unit = 0; unit < layer.Units; unit++)
                Assert.That(Math.Sqrt(Enumerable.Range(0, layer.Inputs * layer.Positions).Sum(column => matrix[unit, column] * matrix[unit, column])), Is.EqualTo(length).Within(1e-6));
        }
    }

    /// <summary>−1 to 1 times the units' length, evenly, in each gate and each group.</summary>
    [Test]
    public void Nguyen_Widrow_spreads_biases_over_each_gate_and_group()
    {
        float[] gates = Fill("nguyen_widrow", WeightShape.Bias(WeightShape.Recurrent(3, 5, gates: 4)));
        double length = 0.7 * Math.Pow(5, 1 / 3.0);
        for (int i = 0; i < 20; i++)
            Assert.That(gates[i], Is.EqualTo(length * (i % 5 - 2) / 2).Within(1e-6));
        float[] groups = Fill("nguyen_widrow", WeightShape.Bias(WeightShape.Convolution(4, 6, [3], groups: 2, TensorLayout.OutputsLast)));
        length = 0.7 * Math.Pow(3, 1 / 6.0);
        for (int i = 0; i < 6; i++)
            Assert.That(groups[i], Is.EqualTo(length * (i % 3 - 1)).Within(1e-6));
    }

    /// <summary>The same layer in either framework's order: what is drawn for a weight doesn't hang on where memory has it.</summary>
    [Test]
    public void Both_layouts_are_the_same_layer(
        [Values("sparse(sparsity=0.4)", "martens(connections=3)", "looks_linear", "hadamard_identity", "idinit(epsilon=0.1)", "nguyen_widrow", "identity(gain=2)", "dirac", "random_walk(gain=0)", "ones", "zeros")] string initializer,
        [ValueSource(nameof(s_inBothLayouts))] Layer layer)
    {
        float[] first = Fill(initializer, layer.Shape(TensorLayout.OutputsFirst)), last = Fill(initializer, layer.Shape(TensorLayout.OutputsLast));
        Assert.That(last, Has.Length.EqualTo(first.Length));
        for (int block = 0; block < layer.Blocks; block++)
            Assert.That(layer.Matrix(last, TensorLayout.OutputsLast, block), Is.EqualTo(layer.Matrix(first, TensorLayout.OutputsFirst, block)), $"block {block}");
    }

    /// <summary>Root mean square of the entries, about their mean where the rule says so (0 for mirrored ones): by the entries themselves, to single precision.</summary>
    [Test]
    public void Target_deviations_are_those_of_the_entries(
        [Values("looks_linear(gain=3)", "hadamard_identity", "idinit(epsilon=0)", "nguyen_widrow", "identity(gain=2)", "dirac", "delta_orthogonal", "orthogonal", "martens(connections=1000, deviation=0)", "sparse(sparsity=1)")] string initializer,
        [ValueSource(nameof(s_layers))] Layer layer)
    {
        WeightShape shape = layer.Shape(TensorLayout.OutputsFirst);
        float[] weights = Fill(initializer, shape);
        double mean = initializer is "nguyen_widrow" or "orthogonal" or "delta_orthogonal" ? 0 : weights.Average(weight => (double)weight);
        double deviation = Math.Sqrt(weights.Average(weight => (weight - mean) * (weight - mean)));
        Assert.That(WeightInitializer.Parse(initializer).TargetDeviation(shape), Is.EqualTo(deviation).Within(2e-6 * Math.Max(1, deviation)));
    }

    /// <summary>Of 3,072 values of which a share isn't 0, and is normal: the mean square within five standard errors, √(3 / share − 1) / √n.</summary>
    [TestCase("sparse(sparsity=0.75, deviation=2)", 0.25)]
    [TestCase("martens(connections=6, deviation=2)", 0.25)]
    public void Target_deviations_of_sparse_fills_count_their_zeros(string initializer, double share)
    {
        foreach (TensorLayout layout in Enum.GetValues<TensorLayout>())
        {
            WeightShape shape = WeightShape.Convolution(32, 128, [3], groups: 4, layout);      // 24 weights a unit, 32 units a group
            float[] weights = Fill(initializer, shape);
            double square = weights.Average(weight => (double)weight * weight);
            Assert.That(square, Is.EqualTo(4 * share).Within(5 * 4 * share * Math.Sqrt((3 / share - 1) / weights.Length)));
            Assert.That(WeightInitializer.Parse(initializer).TargetDeviation(shape), Is.EqualTo(2 * Math.Sqrt(share)).Within(1e-6));
        }
    }

    /// <summary>What looks_linear is for, with convolutions: 20 grouped layers of ReLU keep the norm of a signal exactly, written as the sum that a convolution is; weights of He's don't.</summary>
    [TestCase(1)]
    [TestCase(2)]
    public void A_mirrored_convolution_network_keeps_a_signals_norm(int groups)
    {
        const int length = 7, depth = 20, size = 3;
        double[,] Run(string initializer)
        {
            int inputs = 4;
            double[,] signal = new double[inputs, length];
            for (int channel = 0; channel < inputs; channel++)
                for (int at = 0; at < length; at++)
                    signal[channel, at] = Math.Sin(channel * length + at + 1);
            for (int layer = 0; layer < depth; layer++)
            {
                int outputs = layer == depth - 1 ? 4 : 8, perGroup = inputs / groups;
                WeightShape shape = WeightShape.Convolution(inputs, outputs, [size], groups) with { LayerIndex = layer, Depth = depth, Activation = "ReLU", Role = layer == depth - 1 ? TensorRole.Output : TensorRole.Hidden };
                float[] weights = WeightInitializer.Parse(initializer).Fill(shape, layer, "kernel");
                var next = new double[outputs, length];
                for (int output = 0; output < outputs; output++)
                    for (int at = 0; at < length; at++)
                    {
                        double sum = 0;
                        for (int input = 0; input < perGroup; input++)
                            for (int k = 0; k < size; k++)
                                if (at + k - 1 is >= 0 and < length)
                                    sum += weights[(output * perGroup + input) * size + k] * signal[output / (outputs / groups) * perGroup + input, at + k - 1];
                        next[output, at] = layer == depth - 1 ? sum : Math.Max(0, sum);
                    }
                (signal, inputs) = (next, outputs);
            }
            return signal;
        }
        double norm = Math.Sqrt(Enumerable.Range(0, 4 * length).Sum(i => Math.Pow(Math.Sin(i + 1), 2)));
        double Norm(double[,] values) => Math.Sqrt(values.Cast<double>().Sum(value => value * value));
        Assert.That(Norm(Run("looks_linear")), Is.EqualTo(norm).Within(1e-5 * norm));
        Assert.That(Norm(Run("he")), Is.Not.EqualTo(norm).Within(0.1 * norm));
    }

    [Test]
    public void Gains_of_finite_width_count_the_units_of_a_gate_in_either_layout()
    {
        double expected = Math.Sqrt(2) * Math.Exp(1.2 / (16 - 2.4)) / Math.Sqrt(10);
        foreach (TensorLayout layout in Enum.GetValues<TensorLayout>())
            Assert.That(new RandomWalk().TargetDeviation(WeightShape.Recurrent(10, 16, 4, layout) with { Activation = "ReLU" }), Is.EqualTo(expected).Within(1e-6));
    }

    /// <summary>√(units / inputs) of each matrix: of a gate, of a group, and of a transposed convolution, whose fans the frameworks swap.</summary>
    [Test]
    public void The_scaled_spectral_norm_is_that_of_each_matrix()
    {
        (WeightShape Shape, int Blocks, int Rows, int Columns, double Norm)[] cases =
        [
            (WeightShape.Recurrent(8, 32, 4), 4, 32, 8, 2),
            (WeightShape.Convolution(32, 8, [1], groups: 2), 2, 4, 16, 0.5),
            (WeightShape.TransposedConvolution(8, 32, [1]), 1, 8, 32, 2),
        ];
        foreach ((WeightShape shape, int blocks, int rows, int columns, double norm) in cases)
        {
            float[] weights = Fill("spectral(scaled=true, iterations=500)", shape);
            for (int block = 0; block < blocks; block++)
                Assert.That(Matrix<double>.Build.Dense(rows, columns, (row, column) => weights[(block * rows + row) * columns + column]).L2Norm(), Is.EqualTo(norm).Within(1e-3 * norm), shape.ToString());
        }
    }

    /// <summary>Value heads are the last outputs in either layout: rows of a dense layer's weights, or columns.</summary>
    [Test]
    public void Heads_of_a_policy_and_a_value_are_told_apart_in_either_layout([Values] TensorLayout layout)
    {
        WeightShape shape = (layout == TensorLayout.OutputsFirst ? WeightShape.Dense(20, 7) : WeightShape.FromKeras(20, 7)) with { Role = TensorRole.Output };
        var ppo = new Ppo(valueOutputs: 2, policyGain: 0.01f, valueGain: 3);
        float[] weights = ppo.Fill(shape, 1, "head");
        Matrix<double> matrix = Matrix<double>.Build.Dense(7, 20, (unit, input) => weights[layout == TensorLayout.OutputsFirst ? unit * 20 + input : input * 7 + unit]);
        Assert.That(matrix.SubMatrix(0, 5, 0, 20).Svd(computeVectors: false).S, Has.All.EqualTo(0.01).Within(1e-7));
        Assert.That(matrix.SubMatrix(5, 2, 0, 20).Svd(computeVectors: false).S, Has.All.EqualTo(3).Within(1e-5));
        Assert.That(ppo.TargetDeviation(shape), Is.EqualTo(matrix.FrobeniusNorm() / Math.Sqrt(140)).Within(1e-6));
        Assert.That(new Ppo(valueOutputs: 7, valueGain: 3).Fill(shape, 1, "head").Sum(value => (double)value * value), Is.EqualTo(7 * 9).Within(1e-3), "as many as there are make a value network");
        Assert.That(() => ppo.Fill(shape with { Gates = 7 }, 1, "head"), Throws.ArgumentException.With.Message.Contains("without gates, groups or a kernel"));
    }

    [Test]
    public void What_gates_groups_and_kernels_do_not_divide_is_refused_with_the_number(
        [Values("sparse(sparsity=0.5)", "martens", "looks_linear", "hadamard_identity", "idinit", "nguyen_widrow", "identity", "dirac", "delta_orthogonal", "orthogonal", "random_walk", "spectral")] string initializer)
    {
        WeightInitializer rule = WeightInitializer.Parse(initializer);
        Assert.That(() => rule.Fill(WeightShape.Dense(4, 7) with { Gates = 3 }, 1, "x"), Throws.ArgumentException.With.Message.Contains("multiple of 3 rows").And.Message.Contains("has 7"));
        Assert.That(() => rule.Fill(WeightShape.FromKeras(4, 7) with { Groups = 2 }, 1, "x"), Throws.ArgumentException.With.Message.Contains("multiple of 2 columns").And.Message.Contains("has 7"));
        if (initializer is not ("orthogonal" or "spectral"))                 // these flatten the kernel with the inputs
            Assert.That(() => rule.Fill(WeightShape.Dense(4, 7) with { KernelSize = 3 }, 1, "x"), Throws.ArgumentException.With.Message.Contains("kernel of 3 positions").And.Message.Contains("has 4"));
    }

    [Test]
    public void Keeping_the_variance_of_a_transposed_convolution_is_refused()
        => Assert.That(() => new Orthogonal(keepVariance: true).Fill(WeightShape.TransposedConvolution(4, 8, [3]), 1, "x"), Throws.ArgumentException.With.Message.Contains("hangs on the stride"));
}
