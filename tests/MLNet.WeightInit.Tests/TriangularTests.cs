using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit.Tests;

/// <summary>The tests that the author of examples/CustomInitializer would write, with nothing but the public surface.</summary>
[TestFixture]
public sealed class TriangularTests
{
    [Test]
    public void Weights_have_the_variance_and_the_bounds_of_a_triangle()
    {
        var shape = WeightShape.Dense(inputs: 400, outputs: 300);
        var weights = new float[shape.Count];
        new Triangular(gain: 2).Fill(weights, shape, new RandomSource(1, "test"));
        // Variance gain² / 400 = 0.01 within five standard errors: a triangle's kurtosis is 2.4.
        Assert.That(weights.Average(weight => (double)weight * weight), Is.EqualTo(0.01).Within(0.01 * 5 * Math.Sqrt(1.4 / weights.Length)));
        Assert.That(weights.Average(weight => (double)weight), Is.EqualTo(0).Within(0.1 * 5 / Math.Sqrt(weights.Length)));
        Assert.That(weights.Max(MathF.Abs), Is.LessThanOrEqualTo(0.1 * Math.Sqrt(6) + 1e-6).And.GreaterThan(0.24));
        // Half of the limit from 0 lie three quarters of a triangle: a uniform has half there, a normal 78 %.
        double inner = weights.Count(weight => Math.Abs(weight) < 0.05 * Math.Sqrt(6)) / (double)weights.Length;
        Assert.That(inner, Is.EqualTo(0.75).Within(5 * Math.Sqrt(0.75 * 0.25 / weights.Length)));
        Assert.That(new Triangular(gain: 2).TargetDeviation(shape), Is.EqualTo(0.1).Within(1e-9));
    }

    [Test]
    public void It_is_found_by_method_by_name_and_by_alias_with_its_argument()
    {
        var context = new MLContext();
        context.WeightInit.AddTriangular();
        Assert.That(context.WeightInit.Parse("Triangular(gain=1.4)").Specification, Is.EqualTo(context.WeightInit.Triangular(1.4f).Specification));
        Assert.That(context.WeightInit.Parse("tent"), Is.InstanceOf<Triangular>());
        Assert.That(() => context.WeightInit.Parse("triangular(size=1)"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("It takes gain"));
        Assert.That(() => new MLContext().WeightInit.Parse("triangular"), Throws.InstanceOf<ArgumentOutOfRangeException>(), "a context that nobody told doesn't know it");
    }

    [Test]
    public void A_model_remembers_it_and_loads_where_it_is_unknown()
    {
        var context = new MLContext(seed: 1);
        context.WeightInit.AddTriangular();
        Row[] rows = [.. Enumerable.Range(0, 60).Select(i => new Row { Features = [i % 7, i % 5, i % 3], Label = i % 7 + 2 * (i % 3) })];
        IDataView data = context.Data.LoadFromEnumerable(rows);
        ITransformer model = context.Transforms.NeuralNet(init: "recipe(hidden=triangular(gain=1.5), output=zeros)", hiddenLayers: [16], numberOfEpochs: 3).Fit(data);
        using var file = new MemoryStream();
        context.Model.Save(model, data.Schema, file);

        var elsewhere = new MLContext();
        ITransformer loaded = elsewhere.Model.Load(file, out _);
        TensorPlan[] plan = [.. elsewhere.WeightInit.ReportOf(loaded)!.Plan];
        Assert.That((plan[0].Initializer, plan[0].InitializerVersion), Is.EqualTo(("triangular(gain=1.5)", 2)));
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
