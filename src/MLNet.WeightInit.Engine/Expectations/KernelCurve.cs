using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit.Engine.Expectations;

/// <summary>An activation's own training kernel, evaluated at points: theory then holds for whatever the network really computes, custom activations included.</summary>
internal sealed unsafe class KernelCurve : ActivationCurve
{
    const int Lanes = 16;           // kernels take multiples of 16 columns
    const int Chunk = 64 * Lanes;   // 4 KB a buffer: four of them stay in the first-level cache

    readonly ActivationKernel _kernel;
    readonly AlignedBuffer _points = new(Chunk);
    readonly AlignedBuffer _values = new(Chunk);
    readonly AlignedBuffer _ones = new(Chunk);
    readonly AlignedBuffer _slopes = new(Chunk);

    public KernelCurve(Activation activation, SimdLevel level)
    {
        _kernel = activation.CreateKernel(level);
        _ones.Span.Fill(1);
    }

    public override void Evaluate(ReadOnlySpan<float> points, Span<float> values, Span<float> slopes)
    {
        for (int start = 0; start < points.Length; start += Chunk)
        {
            int count = Math.Min(Chunk, points.Length - start);
            int columns = (count + Lanes - 1) / Lanes * Lanes;
            points.Slice(start, count).CopyTo(_points.Span);
            _points.Span[count..columns].Clear();
            _kernel.Forward(_points.Pointer, _values.Pointer, rows: 1, columns, columns);
            _kernel.Backward(_ones.Pointer, _kernel.GradientFromOutput ? _values.Pointer : _points.Pointer, _slopes.Pointer, rows: 1, columns, columns);
            _values.Span[..count].CopyTo(values[start..]);
            _slopes.Span[..count].CopyTo(slopes[start..]);
        }
    }

    /// <summary>The same at points that are rounded to single precision, as <see cref="CurveEvaluation"/>.</summary>
    public void EvaluateRounded(ReadOnlySpan<double> points, Span<double> values, Span<double> slopes)
    {
        float[] rounded = new float[points.Length], forward = new float[points.Length], backward = new float[points.Length];
        for (int i = 0; i < points.Length; i++)
            rounded[i] = (float)points[i];
        Evaluate(rounded, forward, backward);
        for (int i = 0; i < points.Length; i++)
            (values[i], slopes[i]) = (forward[i], backward[i]);
    }
}
