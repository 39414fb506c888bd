using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Copies given numbers: weights trained elsewhere, or a bias that holds a prior.</summary>
public sealed class FromArray : WeightInitializer
{
    /// <summary>Longer arrays are named by their fingerprint, so that no report holds a million numbers.</summary>
    const int LongestText = 64;

    readonly float[] _values;

    /// <param name="values">Row-major [outputs × inputs], one number a weight, all finite; copied.</param>
    /// <exception cref="ArgumentException">The array is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is NaN or infinite.</exception>
    public FromArray(params ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            throw new ArgumentException("The array must have a number for each weight, and is empty.", nameof(values));
        for (int i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i]))
                throw new ArgumentOutOfRangeException($"values[{i}]", values[i], "Every number of the array must be finite.");
        _values = values.ToArray();
    }

    /// <inheritdoc/>
    public override string Name => "from_array";

    /// <summary>Up to 64 numbers are written out, as in <c>from_array(values=0.5 -1 2)</c>. A longer array is named by its length and SHA-256, which tells arrays apart but can't be parsed back.</summary>
    public override string Specification => _values.Length <= LongestText
        ? $"from_array(values={string.Join(' ', _values.Select(SpecificationText.Format))})"
        : $"from_array(count={_values.Length}, sha256={Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(_values)))})";

    /// <inheritdoc/>
    public override double? TargetDeviation(in WeightShape shape)
    {
        double mean = 0, squares = 0;
        foreach (float value in _values)
            mean += value / (double)_values.Length;
        foreach (float value in _values)
            squares += (value - mean) * (value - mean) / _values.Length;
        return Math.Sqrt(squares);
    }

    /// <inheritdoc/>
    public override void Fill(Span<float> weights, in WeightShape shape, RandomSource random)
    {
        ArgumentRules.SameCount(weights, shape);
        if (_values.Length != weights.Length)
            throw new ArgumentException($"The array must have {shape.Rows} × {shape.Columns} = {shape.Count} numbers, row-major, to fill this tensor, and has {_values.Length}.", nameof(shape));
        _values.CopyTo(weights);
    }

    /// <inheritdoc/>
    public override string Explain(in WeightShape shape) => $"Copied from a given array of {_values.Length} numbers.";

    internal static FromArray Parse(InitializerArguments arguments)
    {
        if (arguments.Contains("sha256"))
            throw new ArgumentOutOfRangeException("specification", arguments.GetString("sha256", ""),
                "An array named by its fingerprint can't be made from text. Pass the array itself: new FromArray(values).");
        string[] parts = arguments.GetString("values").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var values = new float[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]))
                throw new ArgumentOutOfRangeException("values", parts[i], $"Every value must be a number with a point as decimal separator, with spaces between; number {i + 1} is not.");
        return new FromArray(values);
    }
}
