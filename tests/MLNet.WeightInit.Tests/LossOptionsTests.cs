using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Losses, label smoothing and class weights as options.</summary>
[TestFixture]
public sealed class LossOptionsTests
{
    readonly MLContext _context = new(seed: 1);

    [Test]
    public void Class_weights_multiply_example_weights()
    {
        List<SampleRow> rows = Samples.Rows();
        NeuralNetOptions options = Samples.Quick();
        options.ExampleWeightColumnName = nameof(SampleRow.Weight);
        options.ClassWeights = ClassWeights.Of(new Dictionary<string, float> { ["a"] = 4, ["c"] = 0.5f });
        byte[] byClass = Network(options, rows);
        foreach (SampleRow row in rows)
            row.Weight *= row.Category switch { "a" => 4, "c" => 0.5f, _ => 1 };
        options.ClassWeights = null;
        Assert.That(Network(options, rows), Is.EqualTo(byClass));
    }

    [Test]
    public void Balanced_gives_every_class_the_same_weight_in_all()
    {
        // 20 rows of a, 67 of b, 66 of c, with weights of 1 and 2.
        List<SampleRow> rows = [.. Samples.Rows().Where((row, i) => row.Category != "a" || i < 60)];
        NeuralNetOptions options = Samples.Quick();
        options.ExampleWeightColumnName = nameof(SampleRow.Weight);
        options.ClassWeights = ClassWeights.Balanced;
        byte[] balanced = Network(options, rows);
        double all = rows.Sum(row => row.Weight);
        options.ClassWeights = ClassWeights.Of(rows.GroupBy(row => row.Category!).ToDictionary(group => group.Key, group => (float)(all / (3 * group.Sum(row => (double)row.Weight)))));
        Assert.That(Network(options, rows), Is.EqualTo(balanced));
    }

    [Test]
    public void Thread_6523_weighing_the_rare_answer_moves_the_probabilities_to_it()
    {
        double Mean(ClassWeights? weights)
        {
            NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Flag), epochs: 60);
            options.ClassWeights = weights;
            IDataView data = Samples.View(_context);
            return _context.BinaryClassification.Trainers.NeuralNet(options).Fit(data).Transform(data).GetColumn<float>("Probability").Average();
        }

        double plain = Mean(null), weighted = Mean(ClassWeights.Of(new Dictionary<bool, float> { [true] = 4 }));
        // A third of the rows is true, with four times the weight 4 / 6 of it; a trained model with a bias predicts the weighted share on average over rows by their weights.
        Assert.That(plain, Is.EqualTo(1 / 3d).Within(0.1));
        Assert.That(weighted, Is.EqualTo(4 / 6d).Within(0.17).And.GreaterThan(plain + 0.1));
        Assert.That(Mean(ClassWeights.Balanced), Is.EqualTo(0.5).Within(0.1));
    }

    /// <summary>A key's values may be numbers, and a key may have none; the validation rows are weighted as well.</summary>
    [Test]
    public void Classes_are_named_by_their_values_or_by_their_keys()
    {
        IDataView texts = Samples.View(_context);
        IDataView numbers = _context.Data.LoadFromEnumerable(Samples.Rows().Select(row => new NumberRow { Features = row.Features, Number = 0.5f + (row.Category![0] - 'a'), Key = row.Category[0] - (uint)'a' }));
        numbers = _context.Transforms.Conversion.MapValueToKey("Label", nameof(NumberRow.Number)).Fit(numbers).Transform(numbers);

        byte[] byText = Train(texts, "Label", ClassWeights.Of(new Dictionary<string, float> { ["b"] = 3 }));
        Assert.That(Train(numbers, "Label", ClassWeights.Of(new Dictionary<float, float> { [1.5f] = 3 })), Is.EqualTo(byText));
        Assert.That(Train(numbers, "Label", ClassWeights.Of(new Dictionary<double, float> { [1.5] = 3 })), Is.EqualTo(byText));
        Assert.That(Train(numbers, "Key", ClassWeights.Of(new Dictionary<int, float> { [2] = 3 })), Is.EqualTo(byText));
        Assert.That(Train(texts, "Label", ClassWeights.Of(new Dictionary<string, float> { ["a"] = 3 })), Is.Not.EqualTo(byText));

        byte[] Train(IDataView data, string label, ClassWeights weights)
        {
            NeuralNetOptions options = Samples.Quick(label);
            options.ClassWeights = weights;
            var model = _context.MulticlassClassification.Trainers.NeuralNet(options).Fit(data, data).Model;
            return [.. Bytes(model.Network), .. model.History.Epochs.SelectMany(epoch => BitConverter.GetBytes(epoch.ValidationLoss!.Value))];
        }
    }

    [Test]
    public void A_class_that_the_label_does_not_have_is_an_error_with_those_that_it_has()
    {
        NeuralNetOptions options = Samples.Quick();
        options.ClassWeights = ClassWeights.Of(new Dictionary<string, float> { ["a"] = 2, ["d"] = 2 });
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)))!;
        Assert.That(thrown.ParamName, Is.EqualTo("ClassWeights"));
        Assert.That(thrown.Message, Does.Contain("'d'").And.Contains("a, b, c"));

        NeuralNetOptions binary = Samples.Quick(nameof(SampleRow.Flag));
        binary.ClassWeights = ClassWeights.Of(new Dictionary<string, float> { ["yes"] = 2 });
        Assert.That(() => _context.Transforms.NeuralNet(binary).Fit(Samples.View(_context)), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("'yes'").And.Message.Contains("False, True"));
    }

    [TestCase(0f)]
    [TestCase(-1f)]
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_class_weight_that_is_not_positive_and_finite_is_an_error_with_the_class(float weight)
        => Assert.That(() => ClassWeights.Of(new Dictionary<string, float> { ["ham"] = 1, ["spam"] = weight }),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("'spam'").And.Message.Contains("ham, spam"));

    static IEnumerable<TestCaseData> Misuses()
    {
        yield return Case(nameof(SampleRow.Value), options => options.ClassWeights = ClassWeights.Balanced, "ClassWeights", "ExampleWeightColumnName");
        yield return Case(nameof(SampleRow.Value), options => options.LabelSmoothing = 0.1f, "LabelSmoothing", "regression has none");
        yield return Case("Label", options => options.LabelSmoothing = 1, "LabelSmoothing", "below 1");
        yield return Case("Label", options => options.LabelSmoothing = -0.1f, "LabelSmoothing", "at least 0");
        yield return Case("Label", options => options.LabelSmoothing = float.NaN, "LabelSmoothing", "at least 0");
        yield return Case("Label", options => (options.LabelSmoothing, options.Loss) = (0.1f, new Margin()), "LabelSmoothing", "Margin gets the labels as they are");
        yield return Case("Label", options => (options.LabelSmoothing, options.Loss) = (0.1f, "SoftmaxCrossEntropy(label_smoothing=0.2)"), "LabelSmoothing", "given once");
        yield return Case(nameof(SampleRow.Flag), options => options.Loss = "Poisson", "Loss", "BinaryCrossEntropy");
        yield return Case(nameof(SampleRow.Value), options => options.Loss = new Margin { Title = " " }, "Loss", "must have a name");

        static TestCaseData Case(string label, Action<NeuralNetOptions> change, string parameter, string message) => new TestCaseData(label, change, parameter, message).SetArgDisplayNames(parameter, message);
    }

    [TestCaseSource(nameof(Misuses))]
    public void An_option_that_does_not_fit_says_so(string label, Action<NeuralNetOptions> change, string parameter, string message)
    {
        NeuralNetOptions options = Samples.Quick(label);
        change(options);
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)))!;
        Assert.That(thrown.ParamName, Is.EqualTo(parameter));
        Assert.That(thrown.Message, Does.Contain(message));
    }

    [TestCase("Label", "SoftmaxCrossEntropy(label_smoothing=0.1)")]
    [TestCase(nameof(SampleRow.Flag), "BinaryCrossEntropy(label_smoothing=0.1)")]
    public void Label_smoothing_as_an_option_is_the_losses_own(string label, string loss)
    {
        NeuralNetOptions options = Samples.Quick(label), named = Samples.Quick(label);
        options.LabelSmoothing = 0.1f;
        named.Loss = loss;
        Assert.That(Network(options, Samples.Rows()), Is.EqualTo(Network(named, Samples.Rows())).And.Not.EqualTo(Network(Samples.Quick(label), Samples.Rows())));
        Assert.That(_context.Transforms.NeuralNet(options).Fit(Samples.View(_context)).Model.Initialization.Loss, Is.EqualTo(loss));
    }

    [Test]
    public void Counts_are_learnt_saved_and_loaded()
    {
        IDataView data = Counts();
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 40);
        (options.Loss, options.LearningRate) = ("Poisson", 0.01f);
        var model = _context.Regression.Trainers.NeuralNet(options).Fit(data);
        float[] scores = [.. model.Transform(data).GetColumn<float>("Score")], labels = [.. data.GetColumn<float>(nameof(SampleRow.Value))];
        Assert.That(scores, Is.All.GreaterThan(0));
        Assert.That(scores.Average(), Is.EqualTo(labels.Average()).Within(0.1 * labels.Average()));
        Assert.That(_context.Regression.Evaluate(model.Transform(data), nameof(SampleRow.Value)).RSquared, Is.GreaterThan(0.6));
        ITransformer loaded = ModelZip.Load(new MLContext(), ModelZip.Save(_context, model, data.Schema));
        Assert.That(loaded.Transform(data).GetColumn<float>("Score"), Is.EqualTo(scores));
    }

    [Test]
    public void A_negative_count_is_an_error_with_its_row([Values] MissingValues missing)
    {
        List<SampleRow> rows = CountRows();
        rows[3].Features[0] = missing == MissingValues.Skip ? float.NaN : 0;          // skipped rows count too
        rows[7].Value = -2;
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        (options.Loss, options.MissingValues) = ("Poisson", missing);
        Assert.That(() => _context.Regression.Trainers.NeuralNet(options).Fit(Samples.View(_context, rows)),
            Throws.InvalidOperationException.With.Message.Contains("Column 'Value' has the label -2 in row 7 of the training data").And.Message.Contains("at least 0"));
    }

    [TestCase(0.1)]
    [TestCase(0.8)]
    public void Thread_7603_a_quantile_has_its_share_of_labels_below(double level)
    {
        // Value = u, uniform: no feature tells, so the score is the quantile itself.
        List<SampleRow> rows = Samples.Rows(1_000);
        var uniform = new float[rows.Count];
        new RandomSource(5, "labels").FillUniform(uniform, 10);
        for (int i = 0; i < rows.Count; i++)
            rows[i].Value = uniform[i];
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 20);
        options.Loss = FormattableString.Invariant($"Quantile(level={level})");
        IDataView data = Samples.View(_context, rows);
        float[] scores = [.. _context.Regression.Trainers.NeuralNet(options).Fit(data).Transform(data).GetColumn<float>("Score")];
        double below = rows.Zip(scores).Count(pair => pair.First.Value < pair.Second) / 1_000d;
        Assert.That(below, Is.EqualTo(level).Within(0.06), "five standard errors of a share of 1,000 rows");
    }

    [Test]
    public void Thread_2594_a_loss_of_ones_own_trains_for_any_task_and_its_name_is_in_the_model()
    {
        NeuralNetOptions options = Samples.Quick(epochs: 60);
        (options.Loss, options.LearningRate) = (new Margin(), 0.01f);
        IDataView data = Samples.View(_context);
        var model = _context.MulticlassClassification.Trainers.NeuralNet(options).Fit(data);
        Assert.That(_context.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy, Is.GreaterThan(0.9));
        var loaded = (IPredictionTransformer<INeuralNetModel>)ModelZip.Load(new MLContext(), ModelZip.Save(_context, model, data.Schema));
        Assert.That(loaded.Model.Initialization.Loss, Is.EqualTo("Margin"));
    }

    [Test]
    public void A_training_says_what_the_classes_weigh()
    {
        var log = new LogCapture(_context);
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Flag));
        options.ClassWeights = ClassWeights.Of(new Dictionary<bool, float> { [true] = 2.5f });
        _context.Transforms.NeuralNet(options).Fit(Samples.View(_context));
        Assert.That(log.Texts(ChannelMessageKind.Info), Has.One.EndsWith("Class weights: False 1, True 2.5"));
    }

    IDataView Counts() => Samples.View(_context, CountRows());

    static List<SampleRow> CountRows()
    {
        List<SampleRow> rows = Samples.Rows();
        foreach (SampleRow row in rows)
            row.Value = (float)Math.Floor(Math.Exp(row.Features[0]));
        return rows;
    }

    byte[] Network(NeuralNetOptions options, List<SampleRow> rows) => Bytes(_context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows)).Model.Network);

    static byte[] Bytes(FeedForwardNetwork network)
    {
        using var stream = new MemoryStream();
        network.Save(stream);
        return stream.ToArray();
    }

    /// <summary>Crammer and Singer's: 1 + the best other logit − the label's, where that is above 0.</summary>
    sealed class Margin : LossFunction
    {
        public string Title { get; init; } = "Margin";

        public override string Name => Title;

        public override double Evaluate(ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
        {
            gradient.Clear();
            int label = (int)targets[0], other = label == 0 ? 1 : 0;
            for (int i = 0; i < outputs.Length; i++)
                if (i != label && outputs[i] > outputs[other])
                    other = i;
            double loss = 1 + (double)outputs[other] - outputs[label];
            if (loss <= 0)
                return 0;
            (gradient[other], gradient[label]) = (1, -1);
            return loss;
        }
    }

    sealed class NumberRow
    {
        [VectorType(SampleRow.FeatureCount)]
        public float[] Features { get; set; } = [];
        public float Number { get; set; }

        /// <summary>From 0: ML.NET adds 1 where it makes a key of a property.</summary>
        [KeyType(3)]
        public uint Key { get; set; }
    }
}
