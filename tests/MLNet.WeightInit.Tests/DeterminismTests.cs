using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

[TestFixture]
public sealed class DeterminismTests
{
    [Test]
    public void One_and_two_threads_give_models_equal_byte_for_byte([Values("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags))] string label)
    {
        Assert.That(EntriesAfterFit(label, threads: 2), Is.EqualTo(EntriesAfterFit(label, threads: 1)));
    }

    [Test]
    public void The_culture_of_the_thread_does_not_reach_the_model()
    {
        byte[] Train()
        {
            var context = new MLContext(seed: 1);
            NeuralNetOptions options = Samples.Quick();
            options.Activation = "LeakyReLU(slope=0.25)";
            options.Init = "orthogonal(gain=1.5)";
            IDataView data = Samples.View(context);
            return ModelZip.Save(context, context.Transforms.NeuralNet(options).Fit(data), data.Schema);
        }

        CultureInfo before = CultureInfo.CurrentCulture;
        byte[] expected = Train();
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "\u2212", PercentDecimalSeparator = "," };
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.That(ModelZip.Entries(Train()), Is.EqualTo(ModelZip.Entries(expected)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void Another_seed_gives_another_model()
    {
        Assert.That(EntriesAfterFit("Label", threads: 1, seed: 6), Is.Not.EqualTo(EntriesAfterFit("Label", threads: 1, seed: 5)));
    }

    [Test]
    public void A_second_fit_of_one_estimator_equals_the_first([Values(null, 3)] int? contextSeed)
    {
        var context = new MLContext(contextSeed);
        IDataView data = Samples.View(context);
        var estimator = context.Transforms.NeuralNet(Samples.Quick());
        SchemaComparison.AssertSameValues(estimator.Fit(data).Transform(data), estimator.Fit(data).Transform(data));
    }

    [Test]
    public void The_seed_of_the_context_counts_whatever_else_was_made_from_it()
    {
        float[] Score(bool makeSomethingElseFirst)
        {
            var context = new MLContext(seed: 5);
            IDataView data = Samples.View(context);
            if (makeSomethingElseFirst)
                context.Regression.Trainers.Sdca(nameof(SampleRow.Value)).Fit(data);
            return [.. context.Regression.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(data).Transform(data).GetColumn<float>("Score")];
        }
        Assert.That(Score(makeSomethingElseFirst: true), Is.EqualTo(Score(makeSomethingElseFirst: false)));
    }

    [Test]
    public void Contexts_without_a_seed_draw_one_each()
    {
        float Score()
        {
            var context = new MLContext();
            IDataView data = Samples.View(context);
            return context.Regression.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Value), epochs: 0)).Fit(data).Transform(data).GetColumn<float>("Score").First();
        }
        // Two equal seeds out of 2³¹ would be the accident of a lifetime.
        float first = Score(), second = Score();
        Assert.That(first, Is.Not.EqualTo(second));
    }

    [Test]
    public void A_row_scores_the_same_bits_alone_and_in_any_batch()
    {
        var context = new MLContext(seed: 1);
        List<SampleRow> rows = Samples.Rows(50);
        ITransformer model = context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(Samples.View(context, rows));
        string[] together = SchemaComparison.Cells(model.Transform(Samples.View(context, rows)), "Score");
        for (int i = 0; i < rows.Count; i++)
            Assert.That(SchemaComparison.Cells(model.Transform(Samples.View(context, [rows[i]])), "Score").Single(), Is.EqualTo(together[i]), $"row {i}");
    }

    [Test]
    public void Many_threads_may_score_one_model_at_once()
    {
        var context = new MLContext(seed: 1);
        // Rows enough that the threads overlap, and a network wide enough that they overlap inside of it.
        IDataView data = Samples.View(context, 4000);
        NeuralNetOptions options = Samples.Quick(epochs: 1);
        options.HiddenLayers = [128, 64];
        ITransformer model = context.Transforms.NeuralNet(options).Fit(data);
        string[] expected = SchemaComparison.Cells(model.Transform(data), "Score");
        var found = new string[8][];
        Parallel.For(0, found.Length, i => found[i] = SchemaComparison.Cells(model.Transform(data), "Score"));
        Assert.That(found, Is.All.EqualTo(expected));
    }

    [Test]
    public void A_sparse_row_scores_as_its_dense_twin()
    {
        var context = new MLContext(seed: 1);
        ITransformer model = context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))).Fit(Samples.View(context));
        var schema = SchemaDefinition.Create(typeof(VectorRow));
        schema[nameof(VectorRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        VBuffer<float> dense = new(3, [0, 1.5f, 0]);
        VBuffer<float> sparse = new(3, 1, [1.5f], [1]);
        IDataView rows = context.Data.LoadFromEnumerable(new[] { new VectorRow { Features = dense }, new VectorRow { Features = sparse } }, schema);
        string[] scores = SchemaComparison.Cells(model.Transform(rows), "Score");
        Assert.That(scores[1], Is.EqualTo(scores[0]));
    }

    static SortedDictionary<string, byte[]> EntriesAfterFit(string label, int threads, int seed = 5)
    {
        var context = new MLContext(seed: 1);
        IDataView data = Samples.View(context);
        NeuralNetOptions options = Samples.Quick(label, epochs: 3);
        options.HiddenLayers = [40, 24];
        options.NumberOfThreads = threads;
        options.Seed = seed;
        return ModelZip.Entries(ModelZip.Save(context, context.Transforms.NeuralNet(options).Fit(data), data.Schema));
    }

    sealed class VectorRow
    {
        public VBuffer<float> Features { get; set; }
    }
}
