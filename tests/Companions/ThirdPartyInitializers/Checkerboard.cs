using System.Globalization;
using MLNet.WeightInit;

namespace ThirdPartyInitializers;

/// <summary>What somebody else's initializer looks like: weights alternate between +size and −size, with a little noise so that units differ.</summary>
public sealed class Checkerboard(float size) : WeightInitializer
{
    public override string Name => "checkerboard";

    public override string Specification => string.Create(CultureInfo.InvariantCulture, $"checkerboard(size={size})");

    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        random.FillUniform(weights, limit: size / 10);
        for (int i = 0; i < weights.Length; i++)
            weights[i] += (i / shape.Columns + i % shape.Columns) % 2 == 0 ? size : -size;
    }
}
