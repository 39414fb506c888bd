using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Training;

[TestFixture]
internal sealed unsafe class CustomLossTests
{
    [Test]
    public void It_is_called_row_by_row_and_weighted()
    {
        const int Rows = 5, Units = 2, Stride = 16;
        var logits = new Moat(Rows * Stride);
        var gradient = new Moat(Rows * Stride);
        float[] values = Networks.Values(Rows * Units, 3, 2), targets = Networks.Values(Rows * Units, 4, 2), weights = [1, 2, 0.5f, 3, 1.5f];
        for (int row = 0; row < Rows; row++)
            values.AsSpan(row * Units, Units).CopyTo(logits.Span[(row * Stride)..]);
        double loss, expected = 0;
        fixed (float* target = targets, weight = weights)
            loss = Losses.Resolve(new PseudoHuber()).CreateKernel(SimdLevels.Best).Evaluate(logits.Pointer, Rows, Units, Stride, target, Units, weight, 0.25f, gradient.Pointer);
        for (int i = 0; i < values.Length; i++)
        {
            double residual = (double)values[i] - targets[i], root = Math.Sqrt(1 + residual * residual);
            expected += weights[i / Units] * (root - 1) / Units;
            // Two roundings to single precision of a number of at most 3 · ¼ · ½.
            Assert.That((double)gradient.Span[i / Units * Stride + i % Units], Is.EqualTo(weights[i / Units] * 0.25 * residual / root / Units).Within(1e-7));
        }
        Assert.That(loss, Is.EqualTo(expected).Within(1e-12));
        Assert.That(logits.IsUntouched && gradient.IsUntouched, Is.True);
        Assert.That(gradient.Span[Units..Stride].ToArray(), Is.All.Zero, "padding");
    }

    [Test]
    public void A_training_by_it_is_the_same_on_any_number_of_threads_and_goes_by_its_name()
    {
        TrainingSet data = Trainings.Waves(150);
        TrainingOptions options = Options(new PseudoHuber()) with { NumberOfEpochs = null, Patience = 3 };
        TrainingResult first = NetworkTrainer.Train(data, options);
        Assert.That(Trainings.Bytes(NetworkTrainer.Train(data, options with { Threads = 3 }).Network), Is.EqualTo(Trainings.Bytes(first.Network)));
        Assert.That(first.Initialization.Loss, Is.EqualTo("PseudoHuber"));
        Assert.That(first.Initialization.PriorLoss, Is.NaN, "nobody knows its best constant");
        Assert.That(first.History.Epochs[^1].TrainingLoss, Is.LessThan(0.5 * first.Initialization.InitialLoss));
    }

    [Test]
    public void It_gets_labels_in_the_unit_that_it_asks_for()
    {
        TrainingSet data = Trainings.Waves(100);
        var standardized = new PseudoHuber();
        var raw = new PseudoHuber { Raw = true };
        NetworkTrainer.Train(data, Options(standardized));
        NetworkTrainer.Train(data, Options(raw));
        Assert.That(raw.LargestLabel, Is.EqualTo(data.Targets.Max()));
        Assert.That(standardized.LargestLabel, Is.LessThan(10), "in deviations");
    }

    [Test]
    public void A_value_or_derivative_that_is_not_finite_ends_training_with_its_arguments()
    {
        TrainingSet data = Trainings.Waves(40);
        Assert.That(() => NetworkTrainer.Train(data, Options(new PseudoHuber { Value = double.NaN })),
            Throws.InvalidOperationException.With.Message.Contains("PseudoHuber gave the value NaN for the outputs ("));
        Assert.That(() => NetworkTrainer.Train(data, Options(new PseudoHuber { Slope = float.PositiveInfinity })),
            Throws.InvalidOperationException.With.Message.Contains("the gradient (Infinity)"));
        Assert.That(() => NetworkTrainer.Train(data, Options(new PseudoHuber { ForgetsGradient = true }) with { NumberOfEpochs = null }),
            Throws.InvalidOperationException.With.Message.Contains("the gradient (NaN)"));
    }

    [Test]
    public void Outputs_that_are_not_finite_are_the_trainings_fault_and_not_the_losses()
    {
        var logits = new AlignedBuffer(16);
        logits.Span[0] = float.PositiveInfinity;
        var targets = new AlignedBuffer(16);
        Assert.That(Losses.Resolve(new PseudoHuber()).CreateKernel(SimdLevels.Best).Evaluate(logits.Pointer, 1, 1, 16, targets.Pointer, 1, null, 1, null), Is.NaN);
    }

    static TrainingOptions Options(LossFunction loss) => Trainings.Options(NetworkTask.Regression, 1, epochs: 3) with { Loss = Losses.Resolve(loss) };

    /// <summary>√(1 + r²) − 1, the mean over the outputs; and ways to do it wrong.</summary>
    sealed class PseudoHuber : LossFunction
    {
        public bool Raw { get; init; }
        public bool ForgetsGradient { get; init; }
        public double? Value { get; init; }
        public float? Slope { get; init; }
        public float LargestLabel { get; private set; } = float.NegativeInfinity;

        public override string Name => "PseudoHuber";
        public override bool StandardizesLabel => !Raw;

        public override double Evaluate(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
        {
            double sum = 0;
            for (int i = 0; i < outputs.Length; i++)
            {
                LargestLabel = Math.Max(LargestLabel, targets[i]);
                double residual = (double)outputs[i] - targets[i], root = Math.Sqrt(1 + residual * residual);
                sum += root - 1;
                if (!ForgetsGradient)
                    gradient[i] = Slope ?? (float)(residual / root / outputs.Length);
            }
            return Value ?? sum / outputs.Length;
        }
    }
}
