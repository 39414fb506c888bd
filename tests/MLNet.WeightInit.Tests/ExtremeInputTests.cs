using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Values, sizes and counts at the edges of what is possible.</summary>
[TestFixture]
public sealed class ExtremeInputTests
{
    MLContext _context = null!;
    LogCapture _log = null!;

    [SetUp]
    public void CreateContext()
    {
        _context = new MLContext(seed: 1);
        _log = new LogCapture(_context);
    }

    [Test]
    public void The_unit_of_the_features_does_not_matter([Values(1e-37f, 1e-30f, 1e30f, 1e37f)] float unit)
    {
        float[] Scores(float scale)
        {
            List<SampleRow> rows = Samples.Rows();
            foreach (SampleRow row in rows)
                row.Features = [.. row.Features.Select(value => value * scale)];
            return Fit(rows, Samples.Quick(nameof(SampleRow.Value)));
        }

        // A decimal unit rounds each feature once more, by 2⁻²⁴ of its value or less; five epochs of training with Adam do not magnify that a thousandfold.
        Assert.That(Scores(unit), Is.EqualTo(Scores(1)).Within(1000 * MathF.ScaleB(20, -24)));
    }

    [Test]
    public void Features_whose_range_no_float_holds_fail_with_the_slot()
    {
        List<SampleRow> rows = Samples.Rows();
        for (int i = 0; i < rows.Count; i++)
            rows[i].Features[1] = i < 150 ? float.MaxValue : float.MinValue;
        Assert.That(() => Fit(rows, Samples.Quick()), Throws.InvalidOperationException.With.Message.Contains("feature 1 (counted from 0) runs from -3.4E+38 to 3.4E+38"));
    }

    [Test]
    public void Features_below_the_smallest_normal_float_count_as_constant()
    {
        List<SampleRow> rows = Samples.Rows();
        foreach (SampleRow row in rows)
            row.Features[1] *= 1e-42f;
        Assert.That(Fit(rows, Samples.Quick(nameof(SampleRow.Value))), Has.All.Matches<float>(float.IsFinite));
    }

    [TestCase(1e30f)]
    [TestCase(1e-30f)]
    [TestCase(1e-42f)]
    public void Labels_of_any_unit_train(float unit)
    {
        List<SampleRow> rows = Samples.Rows();
        rows.ForEach(row => row.Value *= unit);
        Assert.That(Fit(rows, Samples.Quick(nameof(SampleRow.Value))), Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Rows_that_are_all_alike_are_a_warning()
    {
        List<SampleRow> rows = Samples.Rows();
        rows.ForEach(row => row.Features = [1, 2, 3]);
        Fit(rows, Samples.Quick());
        Assert.That(_log.Warnings, Has.One.Contains("Column 'Features' has the same values in all 200 usable rows"));
    }

    [Test]
    public void A_constant_label_is_a_warning_about_the_label_and_not_about_the_initialization()
    {
        List<SampleRow> rows = Samples.Rows();
        rows.ForEach(row => row.Value = 5);
        Fit(rows, Samples.Quick(nameof(SampleRow.Value)));
        Assert.That(_log.Warnings, Has.Exactly(1).Items.And.One.Contains("Column 'Value' has the same value in all 200 usable rows"));
    }

    [Test]
    public void A_batch_larger_than_the_data_is_all_rows_and_takes_no_more_memory([Values(201, 2_000_000, int.MaxValue)] int batchSize)
    {
        NeuralNetOptions all = Samples.Quick(nameof(SampleRow.Value)), larger = Samples.Quick(nameof(SampleRow.Value));
        all.BatchSize = 200;
        larger.BatchSize = batchSize;
        float[] expected = Fit(Samples.Rows(), all);
        long before = GC.GetAllocatedBytesForCurrentThread();
        float[] scores = Fit(Samples.Rows(), larger);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(scores, Is.EqualTo(expected));
        // Rows and buffers of 200 rows are some hundred kilobytes; one block of two million rows is 128 MB.
        Assert.That(allocated, Is.LessThan(50 << 20));
    }

    [Test]
    public void More_threads_than_processors_train_the_same_model([Values(1000, int.MaxValue)] int threads)
    {
        NeuralNetOptions many = Samples.Quick(nameof(SampleRow.Value));
        many.NumberOfThreads = threads;
        Assert.That(Fit(Samples.Rows(), many), Is.EqualTo(Fit(Samples.Rows(), Samples.Quick(nameof(SampleRow.Value)))));
    }

    [Test]
    public void A_network_of_more_weights_than_a_model_file_holds_fails_with_their_number()
    {
        foreach (int[] layers in new int[][] { [int.MaxValue], [int.MaxValue, int.MaxValue, int.MaxValue], [25_000, 25_000] })
        {
            NeuralNetOptions options = Samples.Quick();
            options.HiddenLayers = layers;
            Assert.That(() => Fit(Samples.Rows(), options), Throws.InvalidOperationException.With.Message.Contains("at most 500,000,000 weights").And.Message.Contains(string.Join(", ", layers)));
        }
    }

    [Test]
    public void A_hashed_label_of_too_many_classes_fails_with_the_advice()
    {
        IDataView data = _context.Transforms.Conversion.Hash("Hashed", nameof(SampleRow.Category), numberOfBits: 30).Fit(Samples.View(_context)).Transform(Samples.View(_context));
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick("Hashed")).Fit(data),
            Throws.InvalidOperationException.With.Message.Contains("1,073,741,824 outputs").And.Message.Contains("MapValueToKey"));
    }

    [TestCase(DataKind.Byte)]
    [TestCase(DataKind.UInt16)]
    [TestCase(DataKind.UInt64)]
    public void A_key_of_another_width_fails_with_a_conversion_that_works(DataKind kind)
    {
        IDataView data = Samples.View(_context);
        IDataView other = _context.Transforms.Conversion.ConvertType("Label", outputKind: kind).Fit(data).Transform(data);
        Assert.That(() => _context.Transforms.NeuralNet(Samples.Quick()).Fit(other),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("MapValueToKey(\"Label\")"));
        Assert.That(() => _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.Transforms.NeuralNet(Samples.Quick())).Fit(other), Throws.Nothing);
    }

    [Test]
    public void A_network_of_300_layers_or_of_one_unit_or_of_none_trains([Values(0, 1, 300)] int depth)
    {
        NeuralNetOptions options = Samples.Quick(epochs: 2);
        options.HiddenLayers = [.. Enumerable.Repeat(depth == 1 ? 1 : 8, depth)];
        IDataView data = Samples.View(_context, 40);
        var model = _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(model.Model.Network.DenseLayers, Has.Count.EqualTo(depth + 1));
        Assert.That(model.Transform(data).GetColumn<float[]>("Score").SelectMany(score => score), Has.All.InRange(0f, 1f));
    }

    [Test]
    public void Zeros_train_to_the_labels_share_of_each_class_and_say_that_they_are_symmetric()
    {
        NeuralNetOptions options = Samples.Quick(epochs: 20);
        options.Init = "zeros";
        IDataView data = Samples.View(_context, 90);
        var model = _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(model.Model.Initialization.Verdict, Is.EqualTo(Verdict.Symmetric));
        // Dead hidden units give every row one score, which is 1/3 for three classes of equal size; 40 steps of Adam with rate 1e-3 stray by less than 40e-3 in a logit.
        Assert.That(model.Transform(data).GetColumn<float[]>("Score").SelectMany(score => score), Has.All.EqualTo(1 / 3f).Within(0.02f));
    }

    [Test]
    public void Few_rows_train_with_defaults([Values(2, 3, 19, 20, 21, 25)] int count, [Values("Label", nameof(SampleRow.Value))] string label)
    {
        NeuralNetOptions options = Samples.Quick(label);
        options.NumberOfEpochs = null;
        IDataView data = Samples.View(_context, count);
        var model = _context.Transforms.NeuralNet(options).Fit(data);
        Assert.That(model.Model.History.Epochs, Has.Count.InRange(1, 1000).And.Count.EqualTo(model.Model.History.BestEpoch));
        Assert.That(model.Model.Network.DenseLayers.SelectMany(layer => layer.GetWeights()), Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Weights_that_differ_by_eighty_orders_of_magnitude_train()
    {
        List<SampleRow> rows = Samples.Rows();
        for (int i = 0; i < rows.Count; i++)
            rows[i].Weight = i % 2 == 0 ? 1e38f : 1e-45f;
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
        options.ExampleWeightColumnName = nameof(SampleRow.Weight);
        Assert.That(Fit(rows, options), Has.All.Matches<float>(float.IsFinite));
    }

    float[] Fit(List<SampleRow> rows, NeuralNetOptions options)
    {
        IDataView data = Samples.View(_context, rows);
        IDataView scored = _context.Transforms.NeuralNet(options).Fit(data).Transform(data);
        return options.LabelColumnName == "Label" ? [.. scored.GetColumn<float[]>("Score").SelectMany(score => score)] : [.. scored.GetColumn<float>("Score")];
    }
}
