using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Kernels;

[TestFixture]
[Category("Kernels")]
internal sealed unsafe class PanelsTests
{
    static readonly int[] s_sizes = [1, 3, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 70];

    [Test]
    public void Unpack_gives_back_what_was_packed([ValueSource(nameof(s_sizes))] int outputs, [ValueSource(nameof(s_sizes))] int inputs)
    {
        float[] weights = new Moat(inputs * outputs).Filled(1).Span.ToArray();
        var panels = new Moat((int)Panels.Length(inputs, outputs));
        panels.Span.Fill(7);                                   // packing must clear the padding
        Panels.Pack(weights, inputs, outputs, panels.Span);
        var back = new float[weights.Length];
        Panels.Unpack(panels.Span, inputs, outputs, back);
        Assert.That(back, Is.EqualTo(weights));
        Assert.That(panels.IsUntouched, Is.True);
        Assert.That(Norm(panels.Span), Is.EqualTo(Norm(weights)).Within(1e-9), "padding must be zero");
    }

    [Test]
    public void A_weight_stands_at_its_panel_its_input_and_its_column()
    {
        const int Inputs = 5, Outputs = 40;                    // one panel of 32, one of 16
        var weights = new float[Inputs * Outputs];
        weights[35 * Inputs + 2] = 1;
        var panels = new float[Panels.Length(Inputs, Outputs)];
        Panels.Pack(weights, Inputs, Outputs, panels);
        Assert.That(Array.IndexOf(panels, 1f), Is.EqualTo(32 * Inputs + 2 * 16 + 3));
    }

    [Test]
    public void Transposing_every_panel_swaps_inputs_and_outputs([ValueSource(nameof(s_sizes))] int outputs, [ValueSource(nameof(s_sizes))] int inputs)
    {
        float[] weights = new Moat(inputs * outputs).Filled(2).Span.ToArray();
        var panels = new Moat((int)Panels.Length(inputs, outputs));
        Panels.Pack(weights, inputs, outputs, panels.Span);
        var transposed = new Moat(Panels.Padded(inputs) * outputs);
        transposed.Span.Fill(7);
        for (int panel = 0; panel < Panels.Count(inputs); panel++)
            Panels.TransposePanel(panels.Pointer, inputs, outputs, panel, transposed.Pointer + (nint)panel * Panels.Width * outputs);

        // The transpose of [outputs × inputs] is a weight tensor with the roles changed: its own packing must be the same panels.
        var swapped = new float[weights.Length];
        for (int output = 0; output < outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
                swapped[input * outputs + output] = weights[output * inputs + input];
        }
        var expected = new float[Panels.Length(outputs, inputs)];
        Panels.Pack(swapped, outputs, inputs, expected);
        Assert.That(transposed.Span.ToArray(), Is.EqualTo(expected));
        Assert.That(transposed.IsUntouched, Is.True);
    }

    [Test]
    public void Row_strides_avoid_multiples_of_two_kilobytes()
    {
        foreach (int units in (int[])[1, 16, 100, 512, 1000, 1024, 2048, 4096])
        {
            int stride = Panels.RowStride(units);
            Assert.That(stride, Is.GreaterThanOrEqualTo(units).And.Matches<int>(value => value % 16 == 0 && value % 512 != 0));
        }
    }

    static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += (double)value * value;
        return sum;
    }
}
