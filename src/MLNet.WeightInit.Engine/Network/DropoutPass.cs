using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Randomness;

namespace MLNet.WeightInit.Engine.Network;

/// <summary>The dropout of one pass: which step's choices are made, and none while scoring.</summary>
/// <remarks>A stream for each layer and step, a word for each row and unit: the choices depend on neither threads nor width, and a resumed training makes those of its step.</remarks>
internal sealed unsafe class DropoutPass(Dropout dropout, long seed, SimdLevel level)
{
    readonly DropoutKernel _kernel = DropoutKernel.Create(level);
    readonly uint _threshold = dropout.Threshold;
    readonly float _scale = (float)dropout.Scale, _shift = (float)dropout.Shift, _dropped = (float)(dropout.Scale * dropout.Floor + dropout.Shift);

    /// <summary>Number of the training step; null keeps every unit as it is.</summary>
    public long? Step { get; set; }

    /// <summary>Whether a dropped unit is 0, and a kept one a positive multiple of its output.</summary>
    public bool DropsToZero { get; } = !dropout.IsAlpha;

    /// <summary>As <see cref="Backward"/>, but for what was dropped, which the caller sees to.</summary>
    public void Scale(float* upstream, int rows, int columns, int stride) => _kernel.Scale(upstream, rows, columns, stride, _scale);

    /// <summary>Upper bits of a layer's streams.</summary>
    public static ulong StreamOf(int layer) => StreamKey.Of($"dropout/hidden/{layer}");

    /// <summary>What the next layer reads, of rows from a multiple of <see cref="DropoutKernel.RowUnit"/> on.</summary>
    public void Forward(ulong stream, float* outputs, float* passed, int firstRow, int rows, int columns, int stride)
        => _kernel.Apply((ulong)seed, stream + (ulong)Step!.Value, _threshold, outputs, passed, firstRow, rows, columns, stride, _scale, _shift, _dropped);

    /// <summary>∂L/∂h of the layer from ∂L/∂ of what the next one read, in place.</summary>
    public void Backward(ulong stream, float* upstream, int firstRow, int rows, int columns, int stride)
        => _kernel.Apply((ulong)seed, stream + (ulong)Step!.Value, _threshold, upstream, upstream, firstRow, rows, columns, stride, _scale, 0, 0);
}
