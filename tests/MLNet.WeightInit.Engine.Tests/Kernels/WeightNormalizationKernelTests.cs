using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

/// <summary>Weight normalization of a panel against equations 2 and 3 of Salimans and Kingma 2016, in double.</summary>
[TestFixture]
[Category("Kernels")]
internal sealed unsafe class WeightNormalizationKernelTests
{
    static readonly (int Inputs, int Width)[] s_shapes = [(1, 16), (3, 32), (48, 16), (77, 32)];

    /// <summary>The last column is padding: zeros.</summary>
    sealed class Panel
    {
        public Panel(int inputs, int width)
        {
            (Inputs, Width) = (inputs, width);
            Directions = new Moat(inputs * width).Filled(1);
            Gradients = new Moat(inputs * width).Filled(2);
            Lengths = new Moat(width).Filled(3);
            Norms = new Moat(width);
            LengthGradients = new Moat(width);
            Weights = new Moat(inputs * width);
            for (int row = 0; row < inputs; row++)
                Directions.Span[row * width + width - 1] = Gradients.Span[row * width + width - 1] = 0;
            Lengths.Span[width - 1] = 0;
        }

        public int Inputs { get; }
        public int Width { get; }
        public Moat Directions { get; }
        public Moat Gradients { get; }
        public Moat Lengths { get; }
        public Moat Norms { get; }
        public Moat LengthGradients { get; }
        public Moat Weights { get; }

        public double[] Column(Moat block, int column) => [.. Enumerable.Range(0, Inputs).Select(row => (double)block.Span[row * Width + column])];

        public Panel Run(SimdLevel level)
        {
            WeightNormalizationKernel kernel = WeightNormalizationKernel.Create(level);
            kernel.Lengths(Directions.Pointer, Inputs, Width, Norms.Pointer);
            kernel.Compose(Directions.Pointer, Lengths.Pointer, Inputs, Width, Weights.Pointer);
            kernel.Backward(Directions.Pointer, Lengths.Pointer, Gradients.Pointer, Inputs, Width, LengthGradients.Pointer);
            return this;
        }
    }

    [Test]
    public void Weights_and_gradients_are_the_papers([Values] SimdLevel level, [Values(0, 1, 2, 3)] int shape)
    {
        (int inputs, int width) = s_shapes[shape];
        Panel given = new(inputs, width), panel = new Panel(inputs, width).Run(level);
        // Sums of up to 77 products round twice each, of the unfused kind; norm, quotients and products a few times more.
        double relative = (2 * inputs + 16) / (double)(1 << 24);
        for (int column = 0; column < width; column++)
        {
            double[] direction = given.Column(given.Directions, column), gradient = given.Column(given.Gradients, column);
            double length = given.Lengths.Span[column], norm = Math.Sqrt(direction.Sum(value => value * value)), divisor = norm == 0 ? 1 : norm;
            double slope = direction.Zip(gradient, (v, g) => v * g).Sum() / divisor, gradientNorm = Math.Sqrt(gradient.Sum(value => value * value));
            Assert.That((double)panel.Norms.Span[column], Is.EqualTo(norm).Within(relative * norm));
            Assert.That((double)panel.LengthGradients.Span[column], Is.EqualTo(slope).Within(relative * gradientNorm));
            for (int row = 0; row < inputs; row++)
            {
                Assert.That(panel.Column(panel.Weights, column)[row], Is.EqualTo(length * direction[row] / divisor).Within(relative * Math.Abs(length)));
                Assert.That(panel.Column(panel.Gradients, column)[row], Is.EqualTo(length / divisor * (gradient[row] - slope * direction[row] / divisor)).Within(2 * relative * Math.Abs(length) / divisor * gradientNorm));
            }
        }
        Assert.That(panel.Directions.IsUntouched && panel.Gradients.IsUntouched && panel.Lengths.IsUntouched && panel.Norms.IsUntouched && panel.LengthGradients.IsUntouched && panel.Weights.IsUntouched, Is.True);
        Assert.That(panel.Directions.Span.ToArray(), Is.EqualTo(given.Directions.Span.ToArray()));
    }

    [Test]
    [Category("Fused")]
    public void Every_width_gives_the_same_bits([Values(0, 1, 2, 3)] int shape)
    {
        (int inputs, int width) = s_shapes[shape];
        Panel[] panels = [.. Widths.Fused.Select(level => new Panel(inputs, width).Run(level))];
        foreach (Func<Panel, Moat> part in (Func<Panel, Moat>[])[panel => panel.Norms, panel => panel.Weights, panel => panel.Gradients, panel => panel.LengthGradients])
            foreach (Panel panel in panels)
                Assert.That(part(panel).Span.ToArray(), Is.EqualTo(part(panels[0]).Span.ToArray()));
    }

    [Test]
    public void With_the_length_of_its_direction_a_unit_has_the_direction_for_weights([Values] SimdLevel level)
    {
        Panel panel = new(48, 32);
        WeightNormalizationKernel kernel = WeightNormalizationKernel.Create(level);
        kernel.Lengths(panel.Directions.Pointer, 48, 32, panel.Lengths.Pointer);
        kernel.Compose(panel.Directions.Pointer, panel.Lengths.Pointer, 48, 32, panel.Weights.Pointer);
        Assert.That(panel.Weights.Span.ToArray(), Is.EqualTo(panel.Directions.Span.ToArray()), "to the last bit");
    }

    [Test]
    public void A_direction_in_one_dimension_has_no_gradient_at_all([Values] SimdLevel level)
        => Assert.That(new Panel(1, 32).Run(level).Gradients.Span.ToArray(), Is.All.Zero);

    [Test]
    public void Numbers_that_are_not_numbers_stay_so([Values] SimdLevel level)
    {
        Panel panel = new(3, 16);
        panel.Directions.Span[16] = float.NaN;
        panel.Run(level);
        Assert.That(panel.Column(panel.Weights, 0), Is.All.NaN);
        Assert.That(panel.Column(panel.Gradients, 0), Is.All.NaN);
        Assert.That(panel.Column(panel.Weights, 1), Is.All.Not.NaN);
    }
}
