using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Kernels.Activations;

namespace MLNet.WeightInit;

/// <summary>The probability of log-odds, by the engine's own kernel: the same bits on every machine, which the platform's exponential does not give.</summary>
internal sealed unsafe class LogisticFunction
{
    /// <summary>Kernels take whole blocks.</summary>
    const int BlockLength = 16;

    readonly ActivationKernel _kernel = Activations.Parse("Sigmoid").CreateKernel(SimdLevels.Best);
    readonly AlignedBuffer _block = new(BlockLength);

    /// <summary>1 / (1 + exp(−x)); NaN for NaN.</summary>
    public float Apply(float logOdds)
    {
        if (float.IsNaN(logOdds))
            return float.NaN;
        *_block.Pointer = logOdds;
        _kernel.Forward(_block.Pointer, _block.Pointer, rows: 1, columns: BlockLength, stride: BlockLength);
        float probability = *_block.Pointer;
        GC.KeepAlive(this);
        return probability;
    }

    /// <summary>The probability of each log-odds: the same bits as one by one.</summary>
    public void Apply(ReadOnlySpan<float> logOdds, Span<float> probabilities)
    {
        for (int first = 0; first < logOdds.Length; first += BlockLength)
        {
            int count = Math.Min(BlockLength, logOdds.Length - first);
            ReadOnlySpan<float> source = logOdds.Slice(first, count);
            source.CopyTo(_block.Span);
            _kernel.Forward(_block.Pointer, _block.Pointer, rows: 1, columns: BlockLength, stride: BlockLength);
            for (int i = 0; i < count; i++)
                probabilities[first + i] = float.IsNaN(source[i]) ? float.NaN : _block.Pointer[i];
        }
        GC.KeepAlive(this);
    }
}
