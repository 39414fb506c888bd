using System.Globalization;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

[TestFixture]
public sealed class WeightShapeTests
{
    public sealed record Row(TensorLayout Layout, string Layer, int[] Arguments, int[] Sizes, int FanIn, int FanOut)
    {
        public override string ToString() => $"{Layout}, {Layer} {string.Join(" ", Arguments)}";
    }

    /// <summary>PyTorch's own modules and functions, and Keras's rule: tests/goldens/fans.py.</summary>
    static IEnumerable<Row> Rows()
    {
        using var reader = new StreamReader(typeof(WeightShapeTests).Assembly.GetManifestResourceStream("MLNet.WeightInit.Engine.Tests.Goldens.fans.csv")!);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split(';');
            yield return new Row(Enum.Parse<TensorLayout>(cells[0]), cells[1], Numbers(cells[2]), Numbers(cells[3]), Numbers(cells[4])[0], Numbers(cells[5])[0]);
        }
    }

    static int[] Numbers(string text) => [.. text.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

    static WeightShape Make(string layer, int[] a, TensorLayout layout) => layer switch
    {
        "dense" => layout == TensorLayout.OutputsFirst ? WeightShape.Dense(a[0], a[1]) : WeightShape.FromKeras(a[0], a[1]),
        "convolution" => WeightShape.Convolution(a[0], a[1], a.AsSpan(3), a[2], layout),
        "transposed" => WeightShape.TransposedConvolution(a[0], a[1], a.AsSpan(3), a[2], layout),
        "recurrent" => WeightShape.Recurrent(a[0], a[1], a[2], layout),
        "embedding" => WeightShape.Embedding(a[0], a[1], layout),
        "projection" => WeightShape.AttentionProjection(a[0], a[1], a[2], a[3], layout),
        _ => WeightShape.AttentionOutput(a[0], a[1], a[2], layout),
    };

    [TestCaseSource(nameof(Rows)), Category("Golden")]
    public void Fans_are_those_that_the_framework_counts(Row row)
    {
        WeightShape layer = Make(row.Layer, row.Arguments, row.Layout);
        WeightShape raw = row.Layout == TensorLayout.OutputsFirst ? WeightShape.FromPyTorch(row.Sizes) : WeightShape.FromKeras(row.Sizes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((layer.FanIn, layer.FanOut, layer.Layout), Is.EqualTo((row.FanIn, row.FanOut, row.Layout)), "by the layer");
            Assert.That((raw.FanIn, raw.FanOut, raw.Layout), Is.EqualTo((row.FanIn, row.FanOut, row.Layout)), "by the sizes");
            long count = row.Sizes.Aggregate(1L, (product, size) => product * size);
            Assert.That((layer.Count, raw.Count), Is.EqualTo((count, count)));
        }
    }

    [Test]
    public void There_are_thirty_layers_of_both_frameworks()
    {
        Assert.That(Rows().Count(row => row.Layout == TensorLayout.OutputsFirst), Is.EqualTo(30));
        Assert.That(Rows().Select(row => row.Layer).Distinct().Count(), Is.EqualTo(7));
    }

    /// <summary>A swapped pair of fans must be seen: at least one row in three has different ones, in each layout.</summary>
    [TestCase(TensorLayout.OutputsFirst)]
    [TestCase(TensorLayout.OutputsLast)]
    public void The_goldens_tell_fan_in_from_fan_out(TensorLayout layout)
    {
        Row[] rows = [.. Rows().Where(row => row.Layout == layout)];
        Assert.That(rows.Count(row => row.FanIn != row.FanOut), Is.GreaterThan(rows.Length / 3));
    }

    [Test]
    public void Keras_counts_one_size_as_both_fans_and_none_as_one()
    {
        WeightShape vector = WeightShape.FromKeras(7), scalar = WeightShape.FromKeras();
        Assert.That((vector.FanIn, vector.FanOut, vector.Count), Is.EqualTo((7, 7, 7L)));
        Assert.That((scalar.FanIn, scalar.FanOut, scalar.Count), Is.EqualTo((1, 1, 1L)));
    }

    [Test]
    public void PyTorch_refuses_tensors_of_fewer_than_two_dimensions()
    {
        Assert.That(() => WeightShape.FromPyTorch(7), Throws.ArgumentException.With.Message.Contains("at least 2 dimensions").And.Message.Contains("has 1"));
        Assert.That(() => WeightShape.FromPyTorch(), Throws.ArgumentException);
    }

    [Test]
    public void A_dense_layer_is_the_same_shape_by_each_way()
    {
        Assert.That(WeightShape.FromPyTorch(3, 2), Is.EqualTo(WeightShape.Dense(2, 3)));
        Assert.That(WeightShape.Convolution(2, 3, []), Is.EqualTo(WeightShape.Dense(2, 3)));
        Assert.That((default(WeightShape).Groups, default(WeightShape).Gates, WeightShape.Dense(2, 3).Groups), Is.EqualTo((1, 1, 1)));
    }

    [Test]
    public void A_bias_has_a_value_an_output_and_its_layers_fans()
    {
        (WeightShape Layer, int Outputs)[] layers =
        [
            (WeightShape.Dense(5, 3), 3), (WeightShape.FromKeras(5, 3), 3),
            (WeightShape.Convolution(6, 4, [3, 3], groups: 2), 4), (WeightShape.Convolution(6, 4, [3, 3], groups: 2, TensorLayout.OutputsLast), 4),
            (WeightShape.TransposedConvolution(6, 4, [3, 3], groups: 2), 4), (WeightShape.TransposedConvolution(6, 4, [3, 3], layout: TensorLayout.OutputsLast), 4),
            (WeightShape.Recurrent(5, 7, gates: 4), 28), (WeightShape.Recurrent(5, 7, gates: 4, TensorLayout.OutputsLast), 28),
        ];
        foreach ((WeightShape layer, int outputs) in layers)
        {
            WeightShape bias = WeightShape.Bias(layer);
            Assert.That((bias.Count, bias.FanIn, bias.FanOut, bias.Role, bias.Gates), Is.EqualTo(((long)outputs, layer.FanIn, layer.FanOut, TensorRole.Bias, layer.Gates)), layer.ToString());
        }
    }

    [Test]
    public void Sizes_that_make_no_tensor_are_refused_with_what_must_hold()
    {
        Assert.That(() => WeightShape.Convolution(6, 4, [3], groups: 4), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("inputs must be a multiple of the groups, 4"));
        Assert.That(() => WeightShape.Convolution(8, 6, [3], groups: 4), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("outputs must be a multiple of the groups, 4"));
        Assert.That(() => WeightShape.Convolution(8, 6, [3], groups: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1"));
        Assert.That(() => WeightShape.Convolution(8, 6, [3, 0]), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("kernel must be at least 1"));
        Assert.That(() => WeightShape.Convolution(-8, 6, [3]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => WeightShape.TransposedConvolution(8, 4, [3], groups: 2, TensorLayout.OutputsLast), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("one group only"));
        Assert.That(() => WeightShape.AttentionProjection(8, 2, 4, stacked: 3, TensorLayout.OutputsLast), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => WeightShape.Recurrent(8, 2, gates: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => WeightShape.Dense(3, 3) with { Groups = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => WeightShape.Embedding(3, 3, (TensorLayout)7), Throws.TypeOf<ArgumentOutOfRangeException>());
        foreach (Action tooLarge in (Action[])[() => WeightShape.FromPyTorch(50_000, 50_000), () => WeightShape.FromKeras(50_000, 50_000), () => WeightShape.FromPyTorch(2, 50_000, 50_000)])
            Assert.That(tooLarge, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("2147483647"));
        Assert.That(() => WeightShape.FromPyTorch(3, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
