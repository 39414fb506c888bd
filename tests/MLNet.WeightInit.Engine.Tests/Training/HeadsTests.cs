using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Several labels of kinds of their own, learnt by one network.</summary>
[TestFixture]
internal sealed unsafe class HeadsTests
{
    /// <summary>A head alone is its task: the same steps, so the same weights and scores, bit for bit.</summary>
    [TestCase(NetworkTask.Multiclass, 5, "SoftmaxCrossEntropy", 0)]
    [TestCase(NetworkTask.Multiclass, 5, "SoftmaxCrossEntropy(label_smoothing=0.1)", 0)]
    [TestCase(NetworkTask.Regression, 1, "Squared", 1)]
    [TestCase(NetworkTask.Binary, 1, "BinaryCrossEntropy", 2)]
    [TestCase(NetworkTask.Quantiles, 3, "Quantiles(levels=(0.1, 0.5, 0.9))", 3)]
    [TestCase(NetworkTask.Regression, 1, "Poisson", 4)]
    public void One_head_trains_as_its_task_does(NetworkTask task, int outputs, string loss, int column)
    {
        TrainingSet data = Trainings.Mixed(200, weighted: true).WithTargets(column, 1);
        // No fraction: the search for the number of epochs, with its folds.
        foreach ((float? fraction, bool standardize) in ((float?, bool)[])[(0.2f, true), (0.2f, false), (null, true)])
        {
            TrainingOptions alone = Trainings.Options(task, outputs, [12], loss: loss, epochs: fraction is null ? null : 8) with { ValidationFraction = fraction, Patience = 3, Standardize = standardize };
            TrainingOptions head = Trainings.HeadsOptions(Trainings.Heads(("One", task, outputs, loss, 1)), [12], epochs: alone.NumberOfEpochs) with { ValidationFraction = fraction, Patience = 3, Standardize = standardize };
            TrainingResult expected = NetworkTrainer.Train(data, alone), found = NetworkTrainer.Train(data, head);
            Assert.That(found.Network.Parameters.Span.SequenceEqual(expected.Network.Parameters.Span), Is.True);
            Assert.That(found.History.Epochs.Select(epoch => epoch.ValidationLoss), Is.EqualTo(expected.History.Epochs.Select(epoch => epoch.ValidationLoss)));
            Assert.That(found.Initialization.PriorLoss, Is.EqualTo(expected.Initialization.PriorLoss));
            for (int row = 0; row < data.Rows; row++)
                Assert.That(Scores(found.Network, data.Row(row)), Is.EqualTo(Scores(expected.Network, data.Row(row))));
        }
    }

    /// <summary>The loss and its gradient are those of the parts, each on outputs and targets of its own, times their weights.</summary>
    [Test]
    [Category("Kernels")]
    public void The_loss_is_the_weighted_sum_of_its_parts([Values] SimdLevel level, [Values] bool weighted, [Values(1, 21)] int rows)
    {
        (string Name, NetworkTask Task, int Outputs, string Loss, float Weight)[] heads =
        [
            ("Few", NetworkTask.Multiclass, 3, "SoftmaxCrossEntropy", 2), ("Values", NetworkTask.Regression, 2, "Absolute", 0.5f), ("Many", NetworkTask.Multiclass, 37, "SoftmaxCrossEntropy", 1),
            ("Flags", NetworkTask.Multilabel, 17, "BinaryCrossEntropy(label_smoothing=0.1)", 3), ("Range", NetworkTask.Quantiles, 3, "Quantiles", 1), ("Count", NetworkTask.Regression, 1, "Poisson", 0.25f),
        ];
        HeadsLoss loss = Trainings.Heads(heads);
        int units = heads.Sum(head => head.Outputs), stride = Panels.Padded(units) + 16, columns = loss.Heads.Sum(part => part.Head.TargetColumns);
        Moat logits = new(rows * stride), gradient = new(rows * stride), targets = new(rows * columns), weights = new(rows);
        logits.Span.Fill(float.NaN);                           // the padding is not the outputs'
        gradient.Span.Fill(7);
        for (int row = 0; row < rows; row++)
            Networks.Values(units, (uint)row + 50, 3).CopyTo(logits.Span[(row * stride)..]);
        for (int i = 0; i < targets.Span.Length; i++)
            targets.Span[i] = i / columns % 3 / 2;
        Networks.Values(rows, 22).Select(value => value + 1.5f).ToArray().CopyTo(weights.Span);
        float[] before = logits.Span.ToArray();
        double found = loss.CreateKernel(level).Evaluate(logits.Pointer, rows, units, stride, targets.Pointer, columns, weighted ? weights.Pointer : null, 0.25f, gradient.Pointer);
        Assert.That(loss.CreateKernel(level).Evaluate(logits.Pointer, rows, units, stride, targets.Pointer, columns, weighted ? weights.Pointer : null, 0.25f, null), Is.EqualTo(found), "without gradient");
        Assert.That(logits.IsUntouched && gradient.IsUntouched && targets.IsUntouched && weights.IsUntouched, Is.True, "wrote outside");
        Assert.That(logits.Span.SequenceEqual(before), Is.True, "NaN in the padding, too, is a bit pattern that stays");

        double expected = 0;
        int first = 0, column = 0;
        foreach ((_, NetworkTask task, int outputs, string name, float weight) in heads)
        {
            int own = Panels.Padded(outputs), ownColumns = task is NetworkTask.Multiclass or NetworkTask.Quantiles ? 1 : outputs;
            Moat part = new(rows * own), slopes = new(rows * own), labels = new(rows * ownColumns);
            for (int row = 0; row < rows; row++)
            {
                logits.Span.Slice(row * stride + first, outputs).CopyTo(part.Span[(row * own)..]);
                targets.Span.Slice(row * columns + column, ownColumns).CopyTo(labels.Span[(row * ownColumns)..]);
            }
            string specification = name == "Quantiles" ? "Quantiles(levels=(0.1, 0.5, 0.9))" : name;
            expected += weight * Losses.Parse(specification).CreateKernel(level).Evaluate(part.Pointer, rows, outputs, own, labels.Pointer, ownColumns, weighted ? weights.Pointer : null, 0.25f * weight, slopes.Pointer);
            for (int row = 0; row < rows; row++)
                Assert.That(gradient.Span.Slice(row * stride + first, outputs).SequenceEqual(slopes.Span.Slice(row * own, outputs)), Is.True, $"{name}, row {row}");
            (first, column) = (first + outputs, column + ownColumns);
        }
        Assert.That(found, Is.EqualTo(expected));
        for (int row = 0; row < rows; row++)
            Assert.That(gradient.Span.Slice(row * stride + units, stride - units).ToArray(), Is.All.Zero, "padding must be zero");
    }

    [Test]
    public void All_labels_are_learnt_at_once_each_on_its_own_scale()
    {
        TrainingSet data = Trainings.Mixed(400);
        TrainingResult result = NetworkTrainer.Train(data, Trainings.HeadsOptions(Trainings.MixedLoss, [48, 24], epochs: 150) with { ValidationFraction = 0 });
        double mean = Enumerable.Range(0, data.Rows).Average(row => data.Targets[row * 5 + 1]), variance = Enumerable.Range(0, data.Rows).Average(row => Math.Pow(data.Targets[row * 5 + 1] - mean, 2));
        double right = 0, yes = 0, squared = 0, within = 0, counted = 0, counts = 0;
        for (int row = 0; row < data.Rows; row++)
        {
            float[] scores = Scores(result.Network, data.Row(row)), labels = [.. Enumerable.Range(0, 5).Select(column => data.Targets[row * 5 + column])];
            Assert.That(scores[..5].Sum(), Is.EqualTo(1).Within(5e-7), "probabilities: five roundings");
            right += Array.IndexOf(scores[..5], scores[..5].Max()) == labels[0] ? 1 : 0;
            squared += (scores[5] - labels[1]) * (scores[5] - labels[1]);
            yes += scores[6] > 0 == labels[2] > 0 ? 1 : 0;
            Assert.That(scores[7..10], Is.Ordered);
            within += labels[3] >= scores[7] && labels[3] <= scores[9] ? 1 : 0;
            Assert.That(scores[10], Is.GreaterThan(0));
            counted += scores[10];
            counts += labels[4];
        }
        // A constant would be right for less than half of the rows, and have the labels' variance as its squared error.
        Assert.That(right / data.Rows, Is.GreaterThan(0.8));
        Assert.That(squared / data.Rows, Is.LessThan(0.2 * variance));
        Assert.That(yes / data.Rows, Is.GreaterThan(0.9));
        Assert.That(within / data.Rows, Is.GreaterThan(0.6));
        Assert.That(counted, Is.EqualTo(counts).Within(0.1 * counts));
        Assert.That(result.Initialization.Verdict, Is.EqualTo(Verdict.Healthy));
    }

    /// <summary>Before the first step each head predicts what its labels are on average, and the loss is the weighted sum of the priors' own.</summary>
    [Test]
    public void Every_head_starts_at_its_own_prior()
    {
        TrainingSet data = Trainings.Mixed(300, weighted: true);
        double sum = 0;
        int column = 0;
        foreach (HeadLoss part in Trainings.MixedLoss.Heads)
        {
            TrainingOptions alone = Trainings.Options(part.Head.Task, part.Head.Outputs, [12], loss: part.Loss.Specification, epochs: 0) with { ValidationFraction = 0 };
            sum += part.Weight * NetworkTrainer.Train(data.WithTargets(column, 1), alone).Initialization.PriorLoss;
            column++;
        }
        InitializationReport report = NetworkTrainer.Train(data, Trainings.HeadsOptions(Trainings.MixedLoss, [12], epochs: 0) with { ValidationFraction = 0 }).Initialization;
        Assert.That(report.PriorLoss, Is.EqualTo(sum).Within(1e-5), "a report has six digits, and none of the six numbers is above 2");
        Assert.That(report.Verdict, Is.EqualTo(Verdict.Healthy));
    }

    /// <summary>Twice the weights make gradients twice as long, exactly; half the learning rate makes the same steps of them. A single head's weight does not.</summary>
    [Test]
    public void Weights_multiply_gradients()
    {
        TrainingSet data = Trainings.Mixed(100).WithTargets(1, 2);
        float[] Train(float ofValue, float ofFlag, float rate)
        {
            HeadsLoss loss = Trainings.Heads(("Value", NetworkTask.Regression, 1, "Squared", ofValue), ("Yes", NetworkTask.Binary, 1, "BinaryCrossEntropy", ofFlag));
            TrainingOptions options = Trainings.HeadsOptions(loss, [8], epochs: 5) with { ValidationFraction = 0, Optimizer = Engine.Training.Optimizers.Optimizers.Parse("SGD"), LearningRate = rate, WeightDecay = 0 };
            return NetworkTrainer.Train(data, options).Network.Parameters.Span.ToArray();
        }
        float[] plain = Train(1, 1, 0.125f);
        Assert.That(Train(2, 2, 0.0625f), Is.EqualTo(plain));
        Assert.That(Train(2, 1, 0.0625f), Is.Not.EqualTo(plain));
        Assert.That(Train(1, 2, 0.0625f), Is.Not.EqualTo(plain));
    }

    [Test]
    public void Validation_rows_and_folds_are_drawn_by_the_first_classes()
    {
        TrainingSet data = Trainings.Mixed(200);
        HeadsLoss loss = Trainings.Heads(("Class", NetworkTask.Multiclass, 5, "SoftmaxCrossEntropy", 1), ("Value", NetworkTask.Regression, 1, "Squared", 1), ("Yes", NetworkTask.Binary, 1, "BinaryCrossEntropy", 1));
        HeadsLoss late = Trainings.Heads(("Value", NetworkTask.Regression, 1, "Squared", 1), ("Yes", NetworkTask.Binary, 1, "BinaryCrossEntropy", 1));
        Assert.That(loss.ClassColumn(NetworkTask.Heads), Is.Zero);
        Assert.That(late.ClassColumn(NetworkTask.Heads), Is.EqualTo(1));
        Assert.That(Trainings.Heads(("Value", NetworkTask.Regression, 2, "Squared", 1), ("Flags", NetworkTask.Multilabel, 2, "BinaryCrossEntropy", 1)).ClassColumn(NetworkTask.Heads), Is.Null);
        TrainingSet two = data.WithTargets(1, 2);
        (_, int[] validation) = ValidationSplit.Draw(two, classColumn: 1, 0.3, seed: 1);
        Assert.That(validation, Is.EqualTo(ValidationSplit.Draw(data.WithTargets(2, 1), classColumn: 0, 0.3, seed: 1).Validation));
        int yes = Enumerable.Range(0, 200).Count(row => two.Targets[row * 2 + 1] == 1);
        Assert.That(validation.Count(row => two.Targets[row * 2 + 1] == 1), Is.EqualTo((int)(yes * 0.3 + 0.5)));
    }

    [Test]
    public void A_saved_network_scores_as_before_alone_and_in_batches([Values] SimdLevel level)
    {
        TrainingSet data = Trainings.Mixed(100);
        FeedForwardNetwork network = NetworkTrainer.Train(data, Trainings.HeadsOptions(Trainings.MixedLoss, [12], epochs: 3)).Network, loaded = FeedForwardNetwork.Load(new MemoryStream(Trainings.Bytes(network)));
        Assert.That(Trainings.Bytes(loaded), Is.EqualTo(Trainings.Bytes(network)));
        Assert.That(loaded.TargetScale.Heads.Select(head => head.ToString()), Is.EqualTo(network.TargetScale.Heads.Select(head => head.ToString())));
        var scores = new float[100 * 11];
        var one = new float[11];
        new NetworkScorer(loaded, 32, level).Score(data.Features.AsSpan(0, 100 * data.FeatureCount), 100, scores);
        var alone = new NetworkScorer(network, 1, level);
        for (int row = 0; row < 100; row++)
        {
            alone.Score(data.Row(row), one);
            Assert.That(scores.AsSpan(row * 11, 11).SequenceEqual(one), Is.True, $"row {row}");
        }
        network.Predict([0, 0, float.PositiveInfinity, 0, 0, 0], one);
        Assert.That(one, Is.All.NaN);
    }

    [Test]
    public void A_file_whose_heads_make_no_sense_is_refused()
    {
        byte[] bytes = Trainings.Bytes(NetworkTrainer.Train(Trainings.Mixed(60), Trainings.HeadsOptions(Trainings.MixedLoss, [4], epochs: 1)).Network);
        int name = bytes.AsSpan().IndexOf("Class"u8);
        // After the name: task u8, outputs i32, target columns i32, link u8.
        (int Offset, byte Value, string Message)[] changes = [(5, 5, "a head of task 5"), (6, 200, "outputs of a head"), (10, 3, "target columns"), (14, 1, "link 1 for a head of task Multiclass"), (6, 4, "heads for 10 of 11 outputs")];
        foreach ((int offset, byte value, string message) in changes)
        {
            byte[] changed = [.. bytes];
            changed[name + offset] = value;
            Repair(changed);
            Assert.That(() => FeedForwardNetwork.Load(new MemoryStream(changed)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
        }
        Repair(bytes);
        Assert.That(FeedForwardNetwork.Load(new MemoryStream(bytes)).Outputs, Is.EqualTo(11), "the repair itself is right");
    }

    /// <summary>The checksum at the end, of the payload after the header of 20 bytes.</summary>
    static void Repair(byte[] file) => BitConverter.TryWriteBytes(file.AsSpan(file.Length - 4), Engine.Kernels.Checksum.Of(file.AsSpan(20, file.Length - 24)));

    [Test]
    public void A_model_goes_on_with_the_same_heads_only()
    {
        TrainingSet data = Trainings.Mixed(60);
        TrainingOptions options = Trainings.HeadsOptions(Trainings.MixedLoss, [12], epochs: 2);
        TrainingResult first = NetworkTrainer.Train(data, options);
        var start = new TrainingStart(first.Network, first.Initialization);
        Assert.That(NetworkTrainer.Train(data, options, start: start).History.Epochs[^1].TrainingLoss, Is.LessThan(first.History.Epochs[0].TrainingLoss));
        HeadsLoss renamed = new(Trainings.MixedLoss.Heads.Select(part => part with { Head = part.Head with { Name = part.Head.Name.Replace("Value", "Price") } }));
        Assert.That(() => NetworkTrainer.Train(data, options with { Loss = renamed }, start: start), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("'Value' Regression 1").And.Message.Contains("'Price' Regression 1"));
    }

    [Test]
    public void Labels_below_what_a_heads_loss_takes_are_known_by_their_column()
    {
        Assert.That(Enumerable.Range(0, 4).Select(column => Trainings.MixedLoss.LowestLabelOf(column)), Is.All.EqualTo(float.NegativeInfinity));
        Assert.That(Trainings.MixedLoss.LowestLabelOf(4), Is.Zero);
        Assert.That(() => Trainings.MixedLoss.LowestLabelOf(5), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    static float[] Scores(FeedForwardNetwork network, ReadOnlySpan<float> features)
    {
        var scores = new float[network.Outputs];
        network.Predict(features, scores);
        return scores;
    }
}
