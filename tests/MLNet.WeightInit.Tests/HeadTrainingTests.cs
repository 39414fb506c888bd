using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Each of several labels by itself, through MLContext: its numbers in the history, class weights, and early stopping by one of them.</summary>
[TestFixture]
public sealed class HeadTrainingTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    /// <summary>Fit(train, validation) without going back: the last epoch's numbers are what ML.NET's metrics say of the finished model's scores of the validation rows.</summary>
    [Test]
    public void The_history_has_what_ML_NETs_own_metrics_say_of_the_validation_rows()
    {
        IDataView data = Samples.View(_context), held = Samples.View(_context, Samples.Rows(90, seed: 5));
        NeuralNetOptions options = Options("Label", new NeuralNetHead("Flag") { Metric = "auc" }, "Value", "Values", "Flags");
        (options.RestoreBest, options.EarlyStopping, options.LearningRate) = (false, false, 0.01f);
        var model = _context.Transforms.NeuralNet(options).Fit(data, held);
        IDataView scored = model.Transform(held);
        IReadOnlyList<HeadRecord> heads = model.Model.History.Epochs[^1].Heads;
        Assert.That(heads.Select(head => $"{head.LabelColumnName}:{head.Metric}"), Is.EqualTo(new[] { "Label:Accuracy", "Flag:AUC", "Value:RMSE", "Values:R2", "Flags:MicroF1" }));
        MulticlassClassificationMetrics classes = _context.MulticlassClassification.Evaluate(scored, "Label", "Label.Score", "Label.PredictedLabel");
        CalibratedBinaryClassificationMetrics flag = _context.BinaryClassification.Evaluate(scored, "Flag", "Flag.Score", "Flag.Probability", "Flag.PredictedLabel");
        // Means of 90 rows' floats.
        Assert.That(heads[0].ValidationMetric, Is.EqualTo(classes.MicroAccuracy).Within(1e-9));
        Assert.That(heads[0].ValidationLoss, Is.EqualTo(classes.LogLoss).Within(1e-5));
        Assert.That(heads[1].ValidationMetric, Is.EqualTo(flag.AreaUnderRocCurve).Within(1e-6));
        Assert.That(heads[1].ValidationLoss, Is.EqualTo(flag.LogLoss * Math.Log(2)).Within(1e-5), "ML.NET's is in bits");
        Assert.That(heads[2].ValidationMetric, Is.EqualTo(_context.Regression.Evaluate(scored, "Value", "Value.Score").RootMeanSquaredError).Within(1e-5));
        Assert.That(heads[3].ValidationMetric, Is.EqualTo(_context.Regression.EvaluateMultiOutput(scored, "Values", "Values.Score").RSquared).Within(1e-5));
        Assert.That(heads[4].ValidationMetric, Is.EqualTo(_context.MultilabelClassification.Evaluate(scored, "Flags", "Flags.PredictedLabel").MicroF1Score).Within(1e-6));
        Assert.That(model.Model.History.ToCsv(), Does.Contain("Flags.validation_metric"));
    }

    [Test]
    public void Losses_and_metrics_of_heads_are_there_after_loading([Values] bool validates)
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Options("Label", new NeuralNetHead("Value") { Loss = LossFunction.Quantiles(0.1, 0.9) }, "Flag");
        options.ValidationFraction = validates ? 0.25f : 0;
        var model = _context.Transforms.NeuralNet(options).Fit(data);
        byte[] zip = ModelZip.Save(_context, model, data.Schema);
        TrainingHistory loaded = ((IPredictionTransformer<INeuralNetModel>)ModelZip.Load(new MLContext(), zip)).Model.History;
        Assert.That(loaded.Epochs, Is.EqualTo(model.Model.History.Epochs));
        Assert.That(loaded.ToJson(), Is.EqualTo(model.Model.History.ToJson()).And.Contains("\"heads\""));
        Assert.That(loaded.Epochs[0].Heads.Select(head => head.ValidationLoss.HasValue), Is.All.EqualTo(validates));
        options.NumberOfEpochs = 0;
        var untrained = _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(((IPredictionTransformer<INeuralNetModel>)ModelZip.Load(new MLContext(), ModelZip.Save(_context, untrained, data.Schema))).Model.History.Epochs, Is.Empty);
    }

    /// <summary>Goldens/heads-history-version-2.zip was saved by the last version whose history had the sum of the losses only: examples/SeveralHeads with hidden layers 4, 3 epochs and a quarter for validation.</summary>
    [Test]
    public void A_model_of_the_version_before_numbers_of_heads_loads()
    {
        byte[] zip = File.ReadAllBytes(Engine.Tests.Architecture.Repository.PathOf("tests/MLNet.WeightInit.Tests/Goldens/heads-history-version-2.zip"));
        ITransformer loaded = ModelZip.Load(_context, zip);
        TrainingHistory history = ((TransformerChain<ITransformer>)loaded).OfType<IPredictionTransformer<INeuralNetModel>>().Single().Model.History;
        // As that version printed them.
        Assert.That(history.ToCsv(), Is.EqualTo("epoch,training_loss,validation_loss,training_metric,validation_metric,learning_rate,gradient_norm\n"
            + "1,2.5793714448465024,2.597461923901955,,,0.001,3.3319397360629828\n2,2.5626346197135117,2.581263541729212,,,0.001,3.197114092429202\n3,2.5469378893935404,2.565300845950417,,,0.001,2.1565858605552215\n"));
        Assert.That(history.Epochs.SelectMany(epoch => epoch.Heads), Is.Empty);
        IDataView scored = loaded.Transform(_context.Data.LoadFromEnumerable([new Flower { Species = "setosa", Sepals = [6.3f, 3.3f] }]));
        Assert.That(scored.GetColumn<float>("PetalLength.Score").Single(), Is.EqualTo(3.7251687f).Within(1e-6), "read from text of eight digits");
        Assert.That(scored.GetColumn<float>("HasBroadPetals.Probability").Single(), Is.EqualTo(0.34298414f).Within(1e-7));
    }

    [TestCase("Flag:AUC")]
    [TestCase("Flag: loss")]
    [TestCase("Label:MacroAccuracy")]
    [TestCase("Value:R2")]
    public void One_heads_metric_or_loss_decides_where_training_stops(string metric)
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Options("Label", "Value", "Flag");
        (options.Metric, options.ValidationFraction, options.Patience, options.NumberOfEpochs, options.LearningRate) = (metric, 0.25f, 3, 200, 0.05f);
        var model = _context.Transforms.NeuralNet(options).Fit(data);
        TrainingHistory history = model.Model.History;
        string head = metric.Split(':')[0];
        bool isLoss = metric.EndsWith("loss", StringComparison.Ordinal);
        Assert.That(history.Metric, Is.EqualTo(isLoss ? "Flag:Loss" : metric));
        Assert.That(history.StopReason, Does.Contain($"no better validation {history.Metric} since epoch {history.BestEpoch}"));
        double Of(EpochRecord epoch) => epoch.Heads.Single(record => record.LabelColumnName == head) is var own && isLoss ? -own.ValidationLoss!.Value : own.ValidationMetric!.Value;
        Assert.That(history.Epochs.MaxBy(Of)!.Epoch, Is.EqualTo(history.BestEpoch));
        Assert.That(history.Epochs.Select(epoch => epoch.ValidationMetric), Is.EqualTo(history.Epochs.Select(epoch => isLoss ? -Of(epoch) : Of(epoch))));
    }

    [Test]
    public void A_metric_that_does_not_fit_its_head_is_refused_with_those_that_do()
    {
        NeuralNetOptions options = Options("Label", "Value", new NeuralNetHead("Range") { Loss = LossFunction.Quantiles(0.1, 0.9) });
        IDataView data = _context.Transforms.CopyColumns("Range", "Value").Fit(Samples.View(_context)).Transform(Samples.View(_context));
        void Refused(string message) => Assert.That(() => _context.Transforms.NeuralNet(options).Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));
        options.Metric = "Label:AUC";
        Refused("does not fit the head 'Label', which is multiclass classification. It must be Label:Accuracy or Label:MacroAccuracy or Label:Loss; null lets the sum of all losses decide.");
        options.Metric = "Range:RMSE";
        Refused("It must be Range:Loss;");
        options.Metric = "Range:Loss";
        Assert.That(_context.Transforms.NeuralNet(options).Fit(data).Model.History.Metric, Is.EqualTo("Range:Loss"));
        options.Heads![1].Metric = "F1";
        Refused("The metric F1 does not fit the head 'Value', which is regression. It must be RMSE or MAE or R2; null takes RMSE.");
        options.Heads[1].Metric = null;
        options.Heads[2].Metric = "MAE";
        Refused("which is regression of several quantiles. None does");
    }

    /// <summary>A head alone, whose classes have weights, gives what its task gives with these.</summary>
    [TestCase("Label")]
    [TestCase("Flag")]
    public void Class_weights_of_one_head_are_those_of_its_task(string label)
    {
        IDataView data = Samples.View(_context, Samples.Rows(300).Where((row, i) => row.Category != "a" || i % 4 == 0));
        foreach (ClassWeights weights in (ClassWeights[])[ClassWeights.Balanced, label == "Flag" ? ClassWeights.Of(new Dictionary<bool, float> { [true] = 5 }) : ClassWeights.Of(new Dictionary<string, float> { ["a"] = 5, ["c"] = 0.5f })])
        {
            NeuralNetOptions alone = Samples.Quick(label), head = Options(new NeuralNetHead(label) { ClassWeights = weights }), without = Options(label);
            alone.ClassWeights = weights;
            string[] expected = SchemaComparison.Cells(_context.Transforms.NeuralNet(alone).Fit(data).Transform(data), "Score");
            Assert.That(SchemaComparison.Cells(_context.Transforms.NeuralNet(head).Fit(data).Transform(data), $"{label}.Score"), Is.EqualTo(expected));
            Assert.That(SchemaComparison.Cells(_context.Transforms.NeuralNet(without).Fit(data).Transform(data), $"{label}.Score"), Is.Not.EqualTo(expected));
        }
    }

    [Test]
    public void A_rare_class_is_found_where_its_head_is_balanced_and_the_other_heads_stay_what_they_were([Values] bool streaming)
    {
        List<SampleRow> rows = Samples.Rows(600);
        for (int i = 0; i < rows.Count; i++)
            rows[i].Flag = rows[i].Flag && i % 24 == 0;        // one in 24, and unlike the others only by chance
        IDataView data = Samples.View(_context, rows);
        (double Recall, double Error) Fit(ClassWeights? weights)
        {
            NeuralNetOptions options = Options(new NeuralNetHead("Flag") { ClassWeights = weights, Metric = "F1" }, "Value");
            (options.NumberOfEpochs, options.LearningRate, options.ValidationFraction) = (60, 0.01f, 0);
            if (streaming)
                options.Streaming = true;
            var model = _context.Transforms.NeuralNet(options).Fit(data);
            IDataView scored = model.Transform(data);
            bool[] labels = [.. scored.GetColumn<bool>("Flag")], predicted = [.. scored.GetColumn<bool>("Flag.PredictedLabel")];
            Assert.That(model.Model.Initialization.Verdict, Is.EqualTo(Verdict.Healthy));
            return (labels.Zip(predicted).Count(row => row.First && row.Second) / (double)labels.Count(label => label), _context.Regression.Evaluate(scored, "Value", "Value.Score").RootMeanSquaredError);
        }
        (double recall, double error) = Fit(null);
        (double balanced, double balancedError) = Fit(ClassWeights.Balanced);
        Assert.That(recall, Is.LessThan(0.2), "25 rows among 200 like them");
        Assert.That(balanced, Is.GreaterThan(0.8), "they count as much as all others");
        Assert.That(Math.Max(error, balancedError), Is.LessThan(0.5), "the value's deviation is 4");
    }

    [Test]
    public void Class_weights_are_refused_for_labels_without_classes_and_for_classes_that_are_not_there()
    {
        IDataView data = Samples.View(_context);
        void Refused(NeuralNetHead head, string message)
            => Assert.That(() => _context.Transforms.NeuralNet(Options("Label", head)).Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message));
        Refused(new NeuralNetHead("Value") { ClassWeights = ClassWeights.Balanced }, "the head 'Value', which is regression, has none. Leave its ClassWeights null; to weigh the label against the others set LossWeight");
        Refused(new NeuralNetHead("Flags") { ClassWeights = ClassWeights.Balanced }, "the head 'Flags', which is classification with several labels, has none");
        Refused(new NeuralNetHead("Flag") { ClassWeights = ClassWeights.Of(new Dictionary<string, float> { ["maybe"] = 2 }) }, "column 'Flag' has no class 'maybe'. Its classes are False, True");
        Assert.That(() => _context.Transforms.NeuralNet(Options(new NeuralNetHead("Label") { ClassWeights = ClassWeights.Of(new Dictionary<string, float> { ["d"] = 2 }) }, "Value")).Fit(data),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("column 'Label' has no class 'd'. Its classes are a, b, c"));
    }

    /// <summary>As the trainer of one label says: classes need two of them, a value may be the same everywhere.</summary>
    [Test]
    public void A_head_whose_label_is_constant_is_what_its_task_says_of_it([Values] bool streaming)
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows.ForEach(row => (row.Flag, row.Weight, row.Flags) = (true, 3, [true, row.Flags[1], false, true]));
        IDataView data = Samples.View(_context, rows);
        NeuralNetOptions With(params NeuralNetHead[] heads)
        {
            NeuralNetOptions options = Options(heads);
            if (streaming)
                options.Streaming = true;
            return options;
        }
        Assert.That(() => _context.Transforms.NeuralNet(With("Label", "Flag")).Fit(data), Throws.InvalidOperationException.With.Message.EqualTo(
            "Classification needs rows of at least 2 classes, and all 60 usable rows have the same value in column 'Flag'. Check the filter or split that made this data. To train the other labels leave out its head."));
        Assert.That(() => _context.Transforms.NeuralNet(With("Value", "Label")).Fit(Samples.View(_context, rows.Where(row => row.Category == "a"))),
            Throws.InvalidOperationException.With.Message.Contains("all 20 usable rows have the same value in column 'Label'"));
        IDataView scored = _context.Transforms.NeuralNet(With("Label", "Weight", "Flags")).Fit(data).Transform(data);
        Assert.That(scored.GetColumn<float>("Weight.Score"), Is.All.EqualTo(3));
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Weight' has the same value in all 60 usable rows: there is nothing to learn but that value"));
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Flags' has the same value in all 60 usable rows in slot 0, slot 2, slot 3: there is nothing to learn there but that value"));
        rows.ForEach(row => row.Flags = [true, false, false, true]);
        Assert.That(() => _context.Transforms.NeuralNet(With("Label", "Flags")).Fit(Samples.View(_context, rows)), Throws.InvalidOperationException.With.Message.Contains("At least one label must be true in some rows and false in others").And.Message.Contains("'Flags'"));
    }

    [Test]
    public void A_head_of_zeros_and_ones_that_is_a_value_is_told_as_alone()
    {
        List<SampleRow> rows = Samples.Rows(60);
        rows.ForEach(row => row.Weight = row.Flag ? 1 : 0);
        _context.Transforms.NeuralNet(Options("Label", "Weight")).Fit(Samples.View(_context, rows));
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Weight' holds only 0 and 1, and is trained as regression"));
    }

    [Test]
    public void Validation_rows_without_a_class_of_one_head_are_told()
    {
        IDataView held = Samples.View(_context, Samples.Rows(60).Select(row => new SampleRow { Features = row.Features, Category = row.Category, Flag = true, Value = row.Value }));
        _context.Transforms.NeuralNet(Options("Value", "Flag", "Label")).Fit(Samples.View(_context), held);
        Assert.That(_log.Warnings, Has.One.Contains("The validation data has no rows of the class false of 'Flag': neither its loss"));
    }

    [Test]
    public void The_log_tells_each_heads_metric_and_class_weights()
    {
        _context.Transforms.NeuralNet(Options(new NeuralNetHead("Flag") { ClassWeights = ClassWeights.Balanced }, new NeuralNetHead("Value") { Loss = LossFunction.Quantiles(0.1, 0.9) })).Fit(Samples.View(_context));
        Assert.That(_log.Texts(ChannelMessageKind.Info), Has.Some.Match("Class weights of 'Flag': False 0\\.75\\d*, True 1\\.4"));
        Assert.That(_log.Texts(ChannelMessageKind.Info), Has.Some.Match("Epoch 5 of 5: training loss .*, Flag Accuracy 0\\.\\d+, Value loss \\d"));
    }

    [Test]
    public void The_report_names_class_weights_and_a_model_learns_further_with_others()
    {
        IDataView data = Samples.View(_context);
        INeuralNetModel first = _context.Transforms.NeuralNet(Options("Value", new NeuralNetHead("Flag") { ClassWeights = ClassWeights.Of(new Dictionary<bool, float> { [true] = 4 }) })).Fit(data).Model;
        Assert.That(first.Initialization.Loss, Does.Contain("'Flag' Binary 1: 1 × BinaryCrossEntropy, classes 1 4"));
        Assert.That(() => _context.Transforms.NeuralNet(Options("Value", "Flag")).Fit(data, first), Throws.Nothing);
    }

    static NeuralNetOptions Options(params NeuralNetHead[] heads)
    {
        NeuralNetOptions options = Samples.Quick("None");
        options.Heads = heads;
        return options;
    }

    sealed class Flower
    {
        public string Species { get; set; } = "";

        [VectorType(2)]
        public float[] Sepals { get; set; } = [];
        public float PetalLength { get; set; }
        public bool HasBroadPetals { get; set; }
    }
}
