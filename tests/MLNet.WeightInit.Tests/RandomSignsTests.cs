using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit.Tests;

/// <summary>The tests that the author of examples/CustomInitializer would write, with nothing but the public surface.</summary>
[TestFixture]
public sealed class RandomSignsTests
{
    [Test]
    public void Every_weight_has_the_size_and_signs_are_fair()
    {
        var shape = WeightShape.Dense(inputs: 400, outputs: 300);
        var weights = new float[shape.Count];
        new RandomSigns(gain: 2).Fill(weights, shape, new RandomSource(1, "test"));
        Assert.That(weights.Select(MathF.Abs), Is.All.EqualTo(0.1f));
        // 120,000 fair signs: their sum is within five standard deviations of 0.
        Assert.That(weights.Sum(weight => (double)MathF.Sign(weight)), Is.EqualTo(0).Within(5 * Math.Sqrt(weights.Length)));
        Assert.That(new RandomSigns(gain: 2).TargetDeviation(shape), Is.EqualTo(0.1).Within(1e-9));
    }

    [Test]
    public void It_is_found_by_method_by_name_and_by_alias_with_its_argument()
    {
        var context = new MLContext();
        context.WeightInit.AddRandomSigns();
        Assert.That(context.WeightInit.Parse("Random Signs(gain=1.4)").Specification, Is.EqualTo(context.WeightInit.RandomSigns(1.4f).Specification));
        Assert.That(context.WeightInit.Parse("rademacher"), Is.InstanceOf<RandomSigns>());
        Assert.That(() => context.WeightInit.Parse("random_signs(size=1)"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("It takes gain"));
        Assert.That(() => new MLContext().WeightInit.Parse("random_signs"), Throws.InstanceOf<ArgumentOutOfRangeException>(), "a context that nobody told doesn't know it");
    }

    [Test]
    public void A_model_remembers_it_and_loads_where_it_is_unknown()
    {
        var context = new MLContext(seed: 1);
        context.WeightInit.AddRandomSigns();
        Row[] rows = [.. Enumerable.Range(0, 60).Select(i => new Row { Features = [i % 7, i % 5, i % 3], Label = i % 7 + 2 * (i % 3) })];
        IDataView data = context.Data.LoadFromEnumerable(rows);
        ITransformer model = context.Transforms.NeuralNet(init: "recipe(hidden=random_signs(gain=1.5), output=zeros)", hiddenLayers: [16], numberOfEpochs: 3).Fit(data);
        using var file = new MemoryStream();
        context.Model.Save(model, data.Schema, file);

        var elsewhere = new MLContext();
        ITransformer loaded = elsewhere.Model.Load(file, out _);
        TensorPlan[] plan = [.. elsewhere.WeightInit.ReportOf(loaded)!.Plan];
        Assert.That((plan[0].Initializer, plan[0].InitializerVersion), Is.EqualTo(("random_signs(gain=1.5)", 2)));
        Assert.That((plan[2].Initializer, plan[2].InitializerVersion), Is.EqualTo(("zeros", 1)));
        Assert.That(Scores(loaded.Transform(data)), Is.EqualTo(Scores(model.Transform(data))));
    }

    static float[] Scores(IDataView data) => [.. data.GetColumn<float>("Score")];

    sealed class Row
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];
        public float Label { get; set; }
    }
}
