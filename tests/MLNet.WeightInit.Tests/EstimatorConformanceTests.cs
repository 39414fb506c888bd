using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Every check of ML.NET's own estimator test, for our estimators and for one of ML.NET's as control.</summary>
[TestFixture]
public sealed class EstimatorConformanceTests
{
    static readonly MLContext s_context = new(seed: 1);

    static IEnumerable<TestCaseData> Estimators()
    {
        yield return Case("multiclass trainer", s_context.MulticlassClassification.Trainers.NeuralNet(Samples.Quick()));
        yield return Case("binary trainer", s_context.BinaryClassification.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Flag))));
        yield return Case("regression trainer", s_context.Regression.Trainers.NeuralNet(Samples.Quick(nameof(SampleRow.Value))));
        yield return Case("task from a key label", s_context.Transforms.NeuralNet(Samples.Quick()));
        yield return Case("task from a Boolean label", s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Flag))));
        yield return Case("task from a Single label", s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Value))));
        yield return Case("task from a vector of Single", s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Values))));
        yield return Case("task from a vector of Boolean", s_context.Transforms.NeuralNet(Samples.Quick(nameof(SampleRow.Flags))));
        yield return Case("several quantiles", s_context.Transforms.NeuralNet(WithLoss(LossFunction.Quantiles(0.1, 0.5, 0.9))));
        yield return Case("quantiles without the median", s_context.Transforms.NeuralNet(WithLoss(LossFunction.Quantiles(0.25, 0.75))));
        yield return Case("heads of a key, a Boolean and a Single", s_context.Transforms.NeuralNet(WithHeads("Label", nameof(SampleRow.Flag), nameof(SampleRow.Value))));
        yield return Case("heads of every kind", s_context.Transforms.NeuralNet(WithHeads(nameof(SampleRow.Values), nameof(SampleRow.Flags), "Label", new NeuralNetHead(nameof(SampleRow.Value)) { Loss = LossFunction.Quantiles(0.1, 0.5, 0.9) },
            nameof(SampleRow.Flag))));
        yield return Case("one head", s_context.Transforms.NeuralNet(WithHeads("Label")));
        yield return Case("heads of vectors with names and of a key of numbers", s_context.Transforms.Concatenate("Named", nameof(SampleRow.Value), nameof(SampleRow.Weight))
            .Append(s_context.Transforms.Concatenate("Signs", nameof(SampleRow.Flag), nameof(SampleRow.Flag))).Append(s_context.Transforms.Conversion.MapValueToKey("Number", nameof(SampleRow.Weight)))
            .Append(s_context.Transforms.NeuralNet(WithHeads("Named", "Signs", "Number"))));
        yield return Case("autoencoder", s_context.Transforms.NeuralNet(Samples.Quick("Features")));
        yield return Case("several values with names", s_context.Transforms.Concatenate("Named", nameof(SampleRow.Value), nameof(SampleRow.Weight)).Append(s_context.Transforms.NeuralNet(Samples.Quick("Named"))));
        yield return Case("several labels with names", s_context.Transforms.Concatenate("Named", nameof(SampleRow.Flag), nameof(SampleRow.Flag)).Append(s_context.Transforms.NeuralNet(Samples.Quick("Named"))));
        yield return Case("ML.NET's own multiclass trainer, as control", s_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
        yield return Case("ML.NET's own regression trainer, as control", s_context.Regression.Trainers.Sdca(nameof(SampleRow.Value)));

        static NeuralNetOptions WithHeads(params NeuralNetHead[] heads)
        {
            NeuralNetOptions options = Samples.Quick("None");
            options.Heads = heads;
            return options;
        }

        static NeuralNetOptions WithLoss(LossFunction loss)
        {
            NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value));
            options.Loss = loss;
            return options;
        }

        static TestCaseData Case(string name, object estimator) => new TestCaseData(estimator).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Estimators))]
    public void Promised_columns_and_annotations_are_the_delivered_ones_in_both_directions(IEstimator<ITransformer> estimator)
    {
        IDataView data = Samples.View(s_context);
        SchemaShape promised = estimator.GetOutputSchema(SchemaShape.Create(data.Schema));
        DataViewSchema delivered = estimator.Fit(data).GetOutputSchema(data.Schema);
        SchemaComparison.AssertSameShape(promised, SchemaShape.Create(delivered));
    }

    [TestCaseSource(nameof(Estimators))]
    public void Transformed_data_and_mapper_have_the_announced_schema(IEstimator<ITransformer> estimator)
    {
        IDataView data = Samples.View(s_context);
        ITransformer model = estimator.Fit(data);
        DataViewSchema announced = model.GetOutputSchema(data.Schema);
        SchemaComparison.AssertSameSchema(announced, model.Transform(data).Schema);

        Assert.That(model.IsRowToRowMapper, Is.True);
        IRowToRowMapper mapper = model.GetRowToRowMapper(data.Schema);
        Assert.That(mapper.InputSchema, Is.SameAs(data.Schema));
        SchemaComparison.AssertSameSchema(announced, mapper.OutputSchema);
    }

    [TestCaseSource(nameof(Estimators))]
    public void A_loaded_model_has_the_schema_and_the_values_of_the_saved_one(IEstimator<ITransformer> estimator)
    {
        IDataView data = Samples.View(s_context);
        ITransformer model = estimator.Fit(data);
        ITransformer loaded = ModelZip.Load(new MLContext(), ModelZip.Save(s_context, model, data.Schema));
        SchemaComparison.AssertSameSchema(model.GetOutputSchema(data.Schema), loaded.GetOutputSchema(data.Schema));
        SchemaComparison.AssertSameValues(model.Transform(data), loaded.Transform(data));
    }

    [TestCaseSource(nameof(Estimators))]
    public void A_schema_without_the_features_fails_before_and_while_fitting(IEstimator<ITransformer> estimator)
    {
        IDataView data = s_context.Transforms.DropColumns("Features").Fit(Samples.View(s_context)).Transform(Samples.View(s_context));
        Assert.That(() => estimator.GetOutputSchema(SchemaShape.Create(data.Schema)), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => estimator.Fit(data), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [TestCaseSource(nameof(Estimators))]
    public void A_model_refuses_to_score_data_without_the_features(IEstimator<ITransformer> estimator)
    {
        IDataView data = Samples.View(s_context);
        ITransformer model = estimator.Fit(data);
        IDataView without = s_context.Transforms.DropColumns("Features").Fit(data).Transform(data);
        Assert.That(() => model.GetOutputSchema(without.Schema), Throws.InstanceOf<ArgumentOutOfRangeException>().Or.InstanceOf<InvalidOperationException>());
        Assert.That(() => model.Transform(without), Throws.InstanceOf<ArgumentOutOfRangeException>().Or.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public void Key_values_of_the_label_reach_score_slots_and_predicted_label()
    {
        IDataView data = Samples.View(s_context);
        IDataView scored = s_context.Transforms.NeuralNet(Samples.Quick()).Fit(data).Transform(data);
        VBuffer<ReadOnlyMemory<char>> slots = default;
        scored.Schema["Score"].GetSlotNames(ref slots);
        Assert.That(slots.DenseValues().Select(name => name.ToString()), Is.EqualTo(new[] { "a", "b", "c" }));
        VBuffer<ReadOnlyMemory<char>> keys = default;
        scored.Schema["PredictedLabel"].GetKeyValues(ref keys);
        Assert.That(keys.DenseValues().Select(name => name.ToString()), Is.EqualTo(new[] { "a", "b", "c" }));
    }
}
