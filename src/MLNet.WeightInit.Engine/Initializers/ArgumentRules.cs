using System.Globalization;
using System.Runtime.CompilerServices;

namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>Ranges that initializers' arguments share, with their messages.</summary>
internal static class ArgumentRules
{
    /// <summary>Beyond it a product of a few legal arguments could overflow a float; no useful network comes near.</summary>
    public const float Largest = 1e30f;

    // Both add 0, which turns −0 into 0: a negative zero would survive in the weights but not in the specification.

    /// <summary>Finite, at least 0, at most <see cref="Largest"/>.</summary>
    public static float NotNegative(float value, [CallerArgumentExpression(nameof(value))] string name = "")
        => value is >= 0 and <= Largest ? value + 0f
            : throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"The {name} must be a number from 0 to {Largest:R}."));

    /// <summary>Finite, between −<see cref="Largest"/> and <see cref="Largest"/>.</summary>
    public static float Bounded(float value, [CallerArgumentExpression(nameof(value))] string name = "")
        => value is >= -Largest and <= Largest ? value + 0f
            : throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"The {name} must be a number from {-Largest:R} to {Largest:R}."));

    /// <summary>A declared member.</summary>
    public static T Defined<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "") where T : struct, Enum
        => Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(name, value, $"The {name} must be one of {string.Join(", ", Enum.GetNames<T>())}.");

    /// <summary>The span that an initializer fills must be the tensor that the shape describes.</summary>
    public static void SameCount(Span<float> weights, in WeightShape shape)
    {
        if (weights.Length != shape.Count)
            throw new ArgumentException($"The tensor must have {shape.Rows} × {shape.Columns} = {shape.Count} values as its shape says, and has {weights.Length}.", nameof(weights));
    }
}
