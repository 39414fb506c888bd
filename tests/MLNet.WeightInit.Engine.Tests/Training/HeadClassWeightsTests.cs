using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Data;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Classes that count more in one of several labels.</summary>
[TestFixture]
internal sealed unsafe class HeadClassWeightsTests
{
    static HeadsLoss Weighted(HeadsLoss loss, int head, float[] weights) => new(loss.Heads.Select((part, i) => i == head ? part with { ClassWeights = weights } : part));

    static HeadsLoss One(NetworkTask task, int outputs, string loss, float[] weights) => Weighted(Trainings.Heads(("One", task, outputs, loss, 1)), 0, weights);

    /// <summary>A head alone is its task with rows that are weighed before: the same steps, so the same weights, bit for bit where rows have no weights of their own, whose product is rounded once more here.</summary>
    [TestCase(NetworkTask.Multiclass, 5, "SoftmaxCrossEntropy(label_smoothing=0.1)", 0, new float[] { 1, 4, 0.3f, 2, 7 })]
    [TestCase(NetworkTask.Binary, 1, "BinaryCrossEntropy", 2, new float[] { 0.7f, 3 })]
    public void One_head_trains_as_its_task_does(NetworkTask task, int outputs, string loss, int column, float[] weights)
    {
        TrainingSet data = Trainings.Mixed(200).WithTargets(column, 1), weighted = Trainings.Mixed(200).WithTargets(column, 1);
        weighted.WeightClasses(weights);
        foreach ((float? fraction, string optimizer) in ((float?, string)[])[(0.2f, "Adam"), (null, "Adam"), (0.2f, "L-BFGS")])
        {
            TrainingOptions alone = Trainings.Options(task, outputs, [12], loss: loss, optimizer: optimizer, batchSize: 200, epochs: fraction is null ? null : 8) with { ValidationFraction = fraction, Patience = 3 };
            TrainingOptions head = Trainings.HeadsOptions(One(task, outputs, loss, weights), [12], batchSize: 200, epochs: alone.NumberOfEpochs) with
            {
                ValidationFraction = fraction, Patience = 3, Optimizer = Engine.Training.Optimizers.Optimizers.Parse(optimizer), LearningRate = alone.LearningRate,
            };
            TrainingResult expected = NetworkTrainer.Train(weighted, alone), found = NetworkTrainer.Train(data, head);
            Assert.That(found.Network.Parameters.Span.SequenceEqual(expected.Network.Parameters.Span), Is.True, $"{optimizer}, {fraction}");
            // Means of 200 numbers near 1, summed in another order.
            Assert.That(found.History.Epochs.Select(epoch => epoch.ValidationLoss!.Value), Is.EqualTo(expected.History.Epochs.Select(epoch => epoch.ValidationLoss!.Value)).Within(1e-12));
            Assert.That(found.History.Epochs.Select(epoch => epoch.TrainingLoss), Is.EqualTo(expected.History.Epochs.Select(epoch => epoch.TrainingLoss)).Within(1e-12));
            Assert.That(found.Initialization.PriorLoss, Is.EqualTo(expected.Initialization.PriorLoss));
            Assert.That(found.Initialization.InitialLoss, Is.EqualTo(expected.Initialization.InitialLoss));
        }
    }

    [Test]
    public void Weighted_rows_train_as_their_task_does_but_for_a_rounding()
    {
        TrainingSet data = Trainings.Mixed(200, weighted: true).WithTargets(2, 1), weighted = Trainings.Mixed(200, weighted: true).WithTargets(2, 1);
        weighted.WeightClasses([0.7f, 3]);
        TrainingOptions alone = Trainings.Options(NetworkTask.Binary, 1, [12], "Tanh", epochs: 5) with { ValidationFraction = 0 };
        TrainingResult expected = NetworkTrainer.Train(weighted, alone), found = NetworkTrainer.Train(data, Trainings.HeadsOptions(One(NetworkTask.Binary, 1, "BinaryCrossEntropy", [0.7f, 3]), [12], "Tanh", epochs: 5) with { ValidationFraction = 0 });
        // Two roundings of 2⁻²⁴ in each row's weight, over 35 steps of Adam, which divides them out of all but the first.
        Assert.That(found.Network.DenseLayers[0].GetWeights(), Is.EqualTo(expected.Network.DenseLayers[0].GetWeights()).Within(1e-4f));
        Assert.That(found.History.Epochs[^1].TrainingLoss, Is.EqualTo(expected.History.Epochs[^1].TrainingLoss).Within(1e-5));
    }

    /// <summary>Each part gets its own row weights, other parts those of the rows.</summary>
    [Test]
    [Category("Kernels")]
    public void Rows_weigh_what_their_class_does_in_that_head_only([Values] SimdLevel level, [Values] bool weighted, [Values(1, 21)] int rows)
    {
        HeadsLoss plain = Trainings.Heads(("Class", NetworkTask.Multiclass, 3, "SoftmaxCrossEntropy", 2), ("Value", NetworkTask.Regression, 1, "Squared", 1), ("Yes", NetworkTask.Binary, 1, "BinaryCrossEntropy", 0.5f));
        float[][] classWeights = [[1, 0.25f, 3], [], [0.5f, 5]];
        HeadsLoss loss = Weighted(Weighted(plain, 0, classWeights[0]), 2, classWeights[2]);
        const int Stride = 16;
        Moat logits = new(rows * Stride), gradient = new(rows * Stride), targets = new(rows * 3), weights = new(rows);
        Networks.Values(rows * Stride, 7, 2).CopyTo(logits.Span);
        Networks.Values(rows, 22).Select(value => value + 1.5f).ToArray().CopyTo(weights.Span);
        for (int row = 0; row < rows; row++)
            ((ReadOnlySpan<float>)[row % 3, row / 4f, row / 2 % 2]).CopyTo(targets.Span[(row * 3)..]);
        LossKernel kernel = loss.CreateKernel(level);
        double found = kernel.Evaluate(logits.Pointer, rows, 5, Stride, targets.Pointer, 3, weighted ? weights.Pointer : null, 0.25f, gradient.Pointer);
        Assert.That(logits.IsUntouched && gradient.IsUntouched && targets.IsUntouched && weights.IsUntouched, Is.True, "wrote outside");

        int first = 0;
        double total = 0;
        for (int head = 0; head < 3; head++)
        {
            int outputs = plain.Heads[head].Head.Outputs;
            Moat part = new(rows * Stride), slopes = new(rows * Stride), labels = new(rows), own = new(rows);
            for (int row = 0; row < rows; row++)
            {
                logits.Span.Slice(row * Stride + first, outputs).CopyTo(part.Span[(row * Stride)..]);
                labels.Span[row] = targets.Span[row * 3 + head];
                own.Span[row] = (weighted ? weights.Span[row] : 1) * (classWeights[head].Length > 0 ? classWeights[head][(int)labels.Span[row]] : 1);
            }
            double expected = plain.Heads[head].Loss.CreateKernel(level).Evaluate(part.Pointer, rows, outputs, Stride, labels.Pointer, 1, own.Pointer, 0.25f * plain.Heads[head].Weight, slopes.Pointer);
            Assert.That(kernel.Parts[head], Is.EqualTo(expected), plain.Heads[head].Head.Name);
            for (int row = 0; row < rows; row++)
                Assert.That(gradient.Span.Slice(row * Stride + first, outputs).SequenceEqual(slopes.Span.Slice(row * Stride, outputs)), Is.True, $"{plain.Heads[head].Head.Name}, row {row}");
            total += plain.Heads[head].Weight * expected;
            first += outputs;
        }
        Assert.That(found, Is.EqualTo(total));
    }

    /// <summary>The slope along a direction by central difference. The loss is smooth with third derivatives below 1, so that h² of 1e-4 bounds the error of the difference; the gradient's floats add 1e-6.</summary>
    [Test]
    public void The_gradient_is_the_losss_slope([Values] SimdLevel level)
    {
        HeadsLoss loss = Weighted(Weighted(Trainings.Heads(("Class", NetworkTask.Multiclass, 3, "SoftmaxCrossEntropy", 2), ("Yes", NetworkTask.Binary, 1, "BinaryCrossEntropy", 0.5f)), 0, [1, 0.25f, 3]), 1, [0.5f, 5]);
        const int Rows = 9, Stride = 16, Units = 4;
        const float Step = 1 / 64f;
        Moat logits = new(Rows * Stride), moved = new(Rows * Stride), gradient = new(Rows * Stride), targets = new(Rows * 2);
        Networks.Values(Rows * Stride, 7, 2).CopyTo(logits.Span);
        for (int row = 0; row < Rows; row++)
            (targets.Span[row * 2], targets.Span[row * 2 + 1]) = (row % 3, row % 2);
        LossKernel kernel = loss.CreateKernel(level);
        kernel.Evaluate(logits.Pointer, Rows, Units, Stride, targets.Pointer, 2, null, 1f / Rows, gradient.Pointer);
        float[] direction = Networks.Values(Rows * Stride, 9);
        double slope = 0;
        for (int i = 0; i < direction.Length; i++)
            slope += i % Stride < Units ? (double)gradient.Span[i] * direction[i] : 0;
        double Loss(float step)
        {
            for (int i = 0; i < direction.Length; i++)
                moved.Span[i] = logits.Span[i] + step * direction[i];
            return kernel.Evaluate(moved.Pointer, Rows, Units, Stride, targets.Pointer, 2, null, 1, null) / Rows;
        }
        Assert.That(slope, Is.EqualTo((Loss(Step) - Loss(-Step)) / (2 * Step)).Within(5e-4));
    }

    /// <summary>Where the ratios are the same, so is the training: the weights are scaled to leave the head's share of the loss as it was.</summary>
    [Test]
    public void Only_the_ratios_of_class_weights_count()
    {
        TrainingSet data = Trainings.Mixed(150, weighted: true);
        TrainingResult Train(params float[] weights) => NetworkTrainer.Train(data, Trainings.HeadsOptions(Weighted(Trainings.MixedLoss, 2, weights), [8], epochs: 4) with { ValidationFraction = 0.2f });
        TrainingResult some = Train(1, 8), scaled = Train(0.25f, 2), equal = Train(1, 1), none = NetworkTrainer.Train(data, Trainings.HeadsOptions(Trainings.MixedLoss, [8], epochs: 4) with { ValidationFraction = 0.2f });
        Assert.That(scaled.Network.Parameters.Span.SequenceEqual(some.Network.Parameters.Span), Is.True, "a power of 2 rounds nothing");
        Assert.That(some.Network.Parameters.Span.SequenceEqual(none.Network.Parameters.Span), Is.False);
        Assert.That(equal.Network.Parameters.Span.SequenceEqual(none.Network.Parameters.Span), Is.True);
    }

    /// <summary>A head whose classes have weights starts at, and the report judges by, its weighted shares; the others at theirs.</summary>
    [Test]
    public void The_prior_is_judged_by_the_weighted_shares()
    {
        TrainingSet mixed = Trainings.Mixed(300);
        for (int row = 0; row < 300; row++)
            mixed.Targets[row * 5 + 2] = row % 50 == 0 ? 1 : 0;
        TrainingSet data = mixed.WithTargets(1, 2);
        HeadsLoss loss = Weighted(Trainings.Heads(("Value", NetworkTask.Regression, 1, "Squared", 1), ("Yes", NetworkTask.Binary, 1, "BinaryCrossEntropy", 1)), 1, [1, 1_000]);
        InitializationReport report = NetworkTrainer.Train(data, Trainings.HeadsOptions(loss, [16], epochs: 0) with { ValidationFraction = 0 }).Initialization;
        double share = 6_000 / 6_294d;
        Assert.That(report.PriorLoss, Is.EqualTo(1 - share * Math.Log(share) - (1 - share) * Math.Log(1 - share)).Within(1e-3), "a standardized value's is 1; shares are smoothed by one row of 300");
        Assert.That(report.Findings, Is.Empty);
    }

    /// <summary>Rows that are streamed in one pool train as from memory; in several pools a head alone trains as its task does.</summary>
    [Test]
    [Category("Determinism")]
    public void Streamed_rows_weigh_what_those_in_memory_do()
    {
        TrainingSet data = Trainings.Mixed(150, weighted: true);
        TrainingOptions options = Trainings.HeadsOptions(Weighted(Weighted(Trainings.MixedLoss, 2, [1, 8]), 0, [1, 4, 0.3f, 2, 7]), [8], epochs: 4) with { ValidationFraction = 0 };
        TrainingResult expected = NetworkTrainer.Train(data, options), found = Stream(data, options, poolRows: 150);
        Assert.That(Trainings.Bytes(found.Network), Is.EqualTo(Trainings.Bytes(expected.Network)));
        Assert.That(found.History.Epochs.Select(epoch => epoch.Heads), Is.EqualTo(expected.History.Epochs.Select(epoch => epoch.Heads)));

        TrainingSet flags = Trainings.Mixed(150).WithTargets(2, 1);
        TrainingOptions alone = Trainings.Options(NetworkTask.Binary, 1, [8], epochs: 4), head = Trainings.HeadsOptions(One(NetworkTask.Binary, 1, "BinaryCrossEntropy", [0.7f, 3]), [8], epochs: 4);
        var survey = new StreamSurvey(new SetStream(flags), new SurveyPlan { Task = NetworkTask.Binary, Outputs = 1, Seed = 1, PoolRows = 64, ValidationFraction = 0.1f });
        survey.WeightClasses([0.7f, 3]);
        TrainingResult task = NetworkTrainer.Train(survey.Sample, alone, survey.Validation, stream: survey), streamed = Stream(flags, head, poolRows: 64, fraction: 0.1f);
        Assert.That(survey.Validation, Is.Not.Null);
        Assert.That(survey.SampleIsWhole, Is.False);
        Assert.That(streamed.Network.Parameters.Span.SequenceEqual(task.Network.Parameters.Span), Is.True);
    }

    static TrainingResult Stream(TrainingSet data, TrainingOptions options, int poolRows, float fraction = 0)
    {
        var heads = (HeadsLoss)options.Loss;
        var survey = new StreamSurvey(new SetStream(data), new SurveyPlan
        {
            Task = options.Task, Outputs = options.Outputs, Seed = options.Seed, PoolRows = poolRows, ValidationFraction = fraction, Heads = [.. heads.Heads.Select((head, i) => (heads.ColumnOf(i), head.Classes))],
        });
        return NetworkTrainer.Train(survey.Sample, options, survey.Validation, stream: survey);
    }
}
