using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Randomness;

/// <summary>Turns one group of random words into values of a distribution, one word a value.</summary>
internal abstract unsafe class RandomKernel
{
    static readonly RandomKernel[] s_kernels = [.. Enum.GetValues<SimdLevel>().Select(level => SimdLevels.Create<Factory, RandomKernel>(level, default))];

    /// <summary>The kernel of a vector width; the fused ones give the same bits.</summary>
    public static RandomKernel Of(SimdLevel level) => s_kernels[(int)level];

    /// <summary>N(mean, deviation²).</summary>
    public abstract void Normal(uint* words, float* destination, float mean, float deviation);

    /// <summary>N(0, deviation²) given that the value is within two deviations.</summary>
    public abstract void TruncatedNormal(uint* words, float* destination, float deviation);

    /// <summary>U(centre − halfRange, centre + halfRange), never beyond it.</summary>
    public abstract void Uniform(uint* words, float* destination, float centre, float halfRange);

    readonly struct Factory : ISimdFactory<RandomKernel>
    {
        public RandomKernel Create<TSimd, TVector>() where TSimd : struct, ISimd<TVector> where TVector : struct
            => new RandomKernel<TSimd, TVector>();
    }
}

/// <summary>Inverse distribution functions, written once over the vector width.</summary>
[SkipLocalsInit]
internal sealed unsafe class RandomKernel<TSimd, TVector> : RandomKernel
    where TSimd : struct, ISimd<TVector> where TVector : struct
{
    const float TwoToMinus31 = 1f / (1u << 31);

    /// <summary>Φ(−2): what a cut at two deviations takes away on each side.</summary>
    const float LowerTail = 0.022750131948179207f;

    /// <summary>½ − Φ(−2).</summary>
    const float HalfKept = 0.4772498680518208f;

    public override void Normal(uint* words, float* destination, float mean, float deviation)
    {
        float* tails = stackalloc float[Philox.GroupWords];
        float* centred = stackalloc float[Philox.GroupWords];
        RandomWords.SplitByHalf(words, tails, centred);
        TVector means = TSimd.Broadcast(mean), deviations = TSimd.Broadcast(deviation);
        TVector probability = TSimd.Broadcast(TwoToMinus31 / 2), distance = TSimd.Broadcast(TwoToMinus31);
        for (int i = 0, j = TSimd.Width; i < Philox.GroupWords; i += 2 * TSimd.Width, j += 2 * TSimd.Width)
        {
            TVector quantile = TSimd.Multiply(TSimd.Load(tails + i), probability), other = TSimd.Multiply(TSimd.Load(tails + j), probability);
            NormalQuantile<TSimd, TVector>.Evaluate(ref quantile, TSimd.Multiply(TSimd.Load(centred + i), distance), ref other, TSimd.Multiply(TSimd.Load(centred + j), distance));
            TSimd.Store(TSimd.MultiplyAdd(quantile, deviations, means), destination + i);
            TSimd.Store(TSimd.MultiplyAdd(other, deviations, means), destination + j);
        }
    }

    public override void TruncatedNormal(uint* words, float* destination, float deviation)
    {
        float* tails = stackalloc float[Philox.GroupWords];
        float* centred = stackalloc float[Philox.GroupWords];
        RandomWords.SplitByHalf(words, tails, centred);
        TVector deviations = TSimd.Broadcast(deviation), zero = TSimd.Broadcast(0), two = TSimd.Broadcast(2), minusTwo = TSimd.Broadcast(-2);
        TVector cut = TSimd.Broadcast(LowerTail), probability = TSimd.Broadcast(TwoToMinus31 * HalfKept), distance = TSimd.Broadcast(TwoToMinus31 * (2 * HalfKept));
        for (int i = 0, j = TSimd.Width; i < Philox.GroupWords; i += 2 * TSimd.Width, j += 2 * TSimd.Width)
        {
            TVector quantile = TSimd.MultiplyAdd(TSimd.Load(tails + i), probability, cut), other = TSimd.MultiplyAdd(TSimd.Load(tails + j), probability, cut);
            NormalQuantile<TSimd, TVector>.Evaluate(ref quantile, TSimd.Multiply(TSimd.Load(centred + i), distance), ref other, TSimd.Multiply(TSimd.Load(centred + j), distance));
            // The last few words before the cut may round to just beyond it. They join the float at the cut, which holds no more than
            // its neighbours (some 2⁻²³ of the mass): no atom.
            quantile = TSimd.Select(TSimd.LessThan(quantile, two), quantile, two);
            other = TSimd.Select(TSimd.LessThan(other, two), other, two);
            quantile = TSimd.Select(TSimd.LessThan(minusTwo, quantile), quantile, minusTwo);
            other = TSimd.Select(TSimd.LessThan(minusTwo, other), other, minusTwo);
            TSimd.Store(TSimd.MultiplyAdd(quantile, deviations, zero), destination + i);
            TSimd.Store(TSimd.MultiplyAdd(other, deviations, zero), destination + j);
        }
    }

    public override void Uniform(uint* words, float* destination, float centre, float halfRange)
    {
        float* symmetric = stackalloc float[Philox.GroupWords];
        RandomWords.ToSymmetricUnit(words, symmetric);
        TVector centres = TSimd.Broadcast(centre), halfRanges = TSimd.Broadcast(halfRange);
        for (int i = 0; i < Philox.GroupWords; i += TSimd.Width)
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(symmetric + i), halfRanges, centres), destination + i);
    }
}
