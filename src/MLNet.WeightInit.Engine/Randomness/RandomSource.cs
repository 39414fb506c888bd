using System.Globalization;
using System.Runtime.CompilerServices;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Randomness;

namespace MLNet.WeightInit;

/// <summary>A stream of random numbers that is a pure function of a seed and a stream key: the same on any number of threads and on every machine with fused multiply-adds, without which normal values may differ in their last digit.</summary>
/// <remarks>
/// Philox 4×32-10 (Salmon et al. 2011) with the seed as key and (block, stream) as counter: 2⁶⁴ streams of 2⁶⁶ words each, independent of each other.
/// Every value of every method takes exactly one 32-bit word, and nothing is rejected: filling a span in two parts gives what filling it at once gives,
/// and calls of different methods may be mixed. Not safe for use from several threads at once; give each its own stream.
/// </remarks>
public sealed unsafe class RandomSource
{
    readonly ulong _seed;
    readonly ulong _stream;
    readonly RandomKernel _kernel;
    readonly uint[] _words = GC.AllocateUninitializedArray<uint>(Philox.GroupWords);
    ulong _nextGroup;
    int _position = Philox.GroupWords;

    /// <summary>The stream of a name.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="stream">Any text, such as <c>init/hidden/0/weights</c>; it is hashed to 64 bits, so two names share a stream with odds of 2⁻⁶⁴.</param>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    public RandomSource(long seed, string stream)
        : this((ulong)seed, StreamKey.Of(stream ?? throw new ArgumentNullException(nameof(stream))), SimdLevels.Best)
    {
    }

    /// <summary>The stream of a number.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="stream">Any number; used as it is.</param>
    public RandomSource(long seed, long stream)
        : this((ulong)seed, (ulong)stream, SimdLevels.Best)
    {
    }

    internal RandomSource(ulong seed, ulong stream, SimdLevel level)
    {
        _seed = seed;
        _stream = stream;
        Level = level;
        _kernel = RandomKernel.Of(level);
    }

    /// <summary>The vector width that this source computes with, for fills that compute more.</summary>
    internal SimdLevel Level { get; }

    /// <summary>Normal values with mean 0, by the inverse distribution function.</summary>
    /// <param name="destination">Takes the values; its length may be anything, 0 included.</param>
    /// <param name="deviation">Standard deviation; finite, at least 0. No value is further from 0 than 6.4 of it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative, NaN or infinite.</exception>
    public void FillNormal(Span<float> destination, float deviation) => FillNormal(destination, 0, deviation);

    /// <summary>Normal values, by the inverse distribution function.</summary>
    /// <param name="destination">Takes the values; its length may be anything, 0 included.</param>
    /// <param name="mean">Finite.</param>
    /// <param name="deviation">Standard deviation; finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative, or a parameter is NaN or infinite.</exception>
    public void FillNormal(Span<float> destination, float mean, float deviation)
    {
        RequireFinite(mean, nameof(mean));
        RequireFiniteAndNotNegative(deviation, nameof(deviation));
        Fill(destination, Distribution.Normal, mean, deviation);
    }

    /// <summary>Values of N(0, deviation²) given that they are within two deviations of 0, by the inverse distribution function.</summary>
    /// <remarks>The cut lowers the standard deviation: it is 0.87962566 of <paramref name="deviation"/>.</remarks>
    /// <param name="destination">Takes the values; its length may be anything, 0 included.</param>
    /// <param name="deviation">Standard deviation before the cut; finite, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative, NaN or infinite.</exception>
    public void FillTruncatedNormal(Span<float> destination, float deviation)
    {
        RequireFiniteAndNotNegative(deviation, nameof(deviation));
        Fill(destination, Distribution.TruncatedNormal, 0, deviation);
    }

    /// <summary>Uniform values in the open interval (−limit, limit): 2²⁴ equally spaced values, symmetric about 0 and without it.</summary>
    /// <param name="destination">Takes the values; its length may be anything, 0 included.</param>
    /// <param name="limit">Half the width of the interval; finite, at least 0. At 0 all values are 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative, NaN or infinite.</exception>
    public void FillUniform(Span<float> destination, float limit)
    {
        RequireFiniteAndNotNegative(limit, nameof(limit));
        Fill(destination, Distribution.Uniform, 0, limit);
    }

    /// <summary>Uniform values in [minimum, maximum]; an end is met only where rounding leads to it.</summary>
    /// <param name="destination">Takes the values; its length may be anything, 0 included.</param>
    /// <param name="minimum">Finite.</param>
    /// <param name="maximum">Finite, at least <paramref name="minimum"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is NaN or infinite, or the maximum is below the minimum.</exception>
    public void FillUniform(Span<float> destination, float minimum, float maximum)
    {
        RequireFinite(minimum, nameof(minimum));
        RequireFinite(maximum, nameof(maximum));
        if (maximum < minimum)
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, string.Create(CultureInfo.InvariantCulture, $"The maximum must be at least the minimum, {minimum:R}."));
        // Halves first: the sum and the difference of two large bounds would overflow.
        Fill(destination, Distribution.Uniform, minimum / 2 + maximum / 2, maximum / 2 - minimum / 2);
        for (int i = 0; i < destination.Length; i++)
            destination[i] = Math.Clamp(destination[i], minimum, maximum);
    }

    /// <summary>The next 32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_position == Philox.GroupWords)
            Refill();
        return _words[_position++];
    }

    /// <summary>An integer in [0, bound).</summary>
    /// <remarks>The high half of word × bound (Lemire 2019, without its rejection): a value's probability is off by at most 2⁻³², which is a share of bound · 2⁻³² of it.</remarks>
    /// <param name="bound">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is below 1.</exception>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)(((ulong)NextUInt32() * (uint)bound) >> 32);
    }

    /// <summary>A multiple of 2⁻²⁴ in [0, 1).</summary>
    public float NextSingle() => (NextUInt32() >> 8) * (1f / (1 << 24));

    /// <summary>A multiple of 2⁻³² in [0, 1): one word, not the 53 bits that a double could hold.</summary>
    public double NextDouble() => NextUInt32() * (1.0 / (1L << 32));

    /// <summary>Puts the values in a random order (Fisher and Yates; Durstenfeld 1964); takes length − 1 words.</summary>
    /// <param name="values">Any length.</param>
    public void Shuffle(Span<int> values)
    {
        for (int last = values.Length - 1; last > 0; last--)
        {
            int other = NextInt32(last + 1);
            (values[last], values[other]) = (values[other], values[last]);
        }
    }

    /// <summary>The stream of a name under the same seed, whatever this one's is: for what several tensors must know alike.</summary>
    internal RandomSource OfSeed(string name) => new(_seed, StreamKey.Of(name), Level);

    /// <summary>A stream of its own below this one, whatever has been drawn from this one so far.</summary>
    /// <param name="name">Any text; the same name gives the same stream.</param>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    public RandomSource Split(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new RandomSource(_seed, StreamKey.Of(_stream, name), Level);
    }

    enum Distribution { Normal, TruncatedNormal, Uniform }

    [SkipLocalsInit]
    void Fill(Span<float> destination, Distribution distribution, float centre, float scale)
    {
        float* partial = stackalloc float[Philox.GroupWords];
        uint* words = stackalloc uint[Philox.GroupWords];
        fixed (float* start = destination)
        {
            int written = 0;
            while (written < destination.Length)
            {
                int remaining = destination.Length - written;
                if (_position == Philox.GroupWords && remaining >= Philox.GroupWords)
                {
                    Philox.Fill(_seed, _stream, _nextGroup++, words, Philox.Best);
                    Transform(words, start + written, distribution, centre, scale);
                    written += Philox.GroupWords;
                    continue;
                }
                if (_position == Philox.GroupWords)
                    Refill();
                fixed (uint* buffered = _words)
                    Transform(buffered, partial, distribution, centre, scale);
                int count = Math.Min(Philox.GroupWords - _position, remaining);
                new ReadOnlySpan<float>(partial + _position, count).CopyTo(destination[written..]);
                _position += count;
                written += count;
            }
        }
    }

    void Transform(uint* words, float* destination, Distribution distribution, float centre, float scale)
    {
        switch (distribution)
        {
            case Distribution.Normal: _kernel.Normal(words, destination, centre, scale); break;
            case Distribution.TruncatedNormal: _kernel.TruncatedNormal(words, destination, scale); break;
            default: _kernel.Uniform(words, destination, centre, scale); break;
        }
    }

    void Refill()
    {
        fixed (uint* buffered = _words)
            Philox.Fill(_seed, _stream, _nextGroup++, buffered, Philox.Best);
        _position = 0;
    }

    static void RequireFinite(float value, string parameter)
    {
        if (!float.IsFinite(value))
            throw new ArgumentOutOfRangeException(parameter, value, $"The {parameter} must be a finite number.");
    }

    static void RequireFiniteAndNotNegative(float value, string parameter)
    {
        if (!(value >= 0 && float.IsFinite(value)))
            throw new ArgumentOutOfRangeException(parameter, value, $"The {parameter} must be a finite number of at least 0.");
    }
}
