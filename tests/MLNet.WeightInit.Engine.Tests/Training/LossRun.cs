using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Network;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>One evaluation of a loss over random logits, between moats.</summary>
internal sealed unsafe class LossRun
{
    readonly int _rows, _units, _stride;
    readonly float[] _logits;
    readonly float[]? _weights;
    readonly Moat _block, _targets;

    public LossRun(string loss, SimdLevel level, int rows, int units, float size, float[] targets, int targetColumns, bool weighted)
    {
        (_rows, _units, _stride) = (rows, units, Panels.Padded(units) + 16);
        _logits = Networks.Values(rows * units, 31, size);
        _weights = weighted ? [.. Networks.Values(rows, 32).Select(value => value + 1.5f)] : null;
        _block = new Moat(rows * _stride);
        Gradient = new Moat(rows * _stride);
        Gradient.Span.Fill(7);
        _targets = new Moat(targets.Length);
        targets.CopyTo(_targets.Span);
        for (int row = 0; row < rows; row++)
            _logits.AsSpan(row * units, units).CopyTo(_block.Span[(row * _stride)..]);
        fixed (float* weights = _weights)
            Loss = Losses.Parse(loss).CreateKernel(level).Evaluate(_block.Pointer, rows, units, _stride, _targets.Pointer, targetColumns, weights, 0.25f, Gradient.Pointer);
    }

    /// <summary>Each of at most units + 20 roundings is relative to a number of the size of the largest logit or 1.</summary>
    public static double Bound(int units, double largest) => (units + 20) * Math.Max(1, largest) / (1 << 24);

    public double Loss { get; }
    public Moat Gradient { get; }

    public double[] Row(int row) => [.. _logits.AsSpan(row * _units, _units).ToArray().Select(value => (double)value)];
    public double Weight(int row) => _weights?[row] ?? 1;
    public float GradientAt(int row, int unit) => Gradient.Span[row * _stride + unit];

    public void CheckPaddingAndMoat()
    {
        Assert.That(_block.IsUntouched && Gradient.IsUntouched && _targets.IsUntouched, Is.True, "wrote outside");
        for (int row = 0; row < _rows; row++)
            Assert.That(Gradient.Span.Slice(row * _stride + _units, _stride - _units).ToArray(), Is.All.Zero, "padding must be zero");
    }
}
