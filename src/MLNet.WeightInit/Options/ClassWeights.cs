using System.Globalization;

namespace MLNet.WeightInit;

/// <summary>How much the rows of each class count in training: <see cref="Balanced"/>, or a map from the label's values to weights.</summary>
public sealed class ClassWeights
{
    readonly IReadOnlyDictionary<string, float> _weights;

    ClassWeights(IReadOnlyDictionary<string, float> weights) => _weights = weights;

    /// <summary>Every class counts the same in all, however many rows it has: a class weighs all rows' weight / (number of classes that have rows × its rows' weight), over all usable rows, those that a <see cref="NeuralNetOptions.ValidationFraction"/> keeps out included, and with their example weights.
    /// A class without rows weighs 1.</summary>
    /// <remarks>As scikit-learn's <c>class_weight="balanced"</c> (King and Zeng 2001, "Logistic Regression in Rare Events Data").</remarks>
    public static ClassWeights Balanced { get; } = new(new Dictionary<string, float>());

    internal bool IsBalanced => this == Balanced;

    /// <summary>A weight a class, by the label's value; classes that are not named weigh 1.</summary>
    /// <typeparam name="TClass">Type of the values before they became keys: text, a number; <see cref="bool"/> for binary. For keys without values, the key as a number from 1.</typeparam>
    /// <param name="weights">Above 0 and finite. Only their ratios count.</param>
    /// <exception cref="ArgumentNullException">The map is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The map is empty, or a weight not above 0 and finite. A class that the label does not have is found by <c>Fit</c>.</exception>
    public static ClassWeights Of<TClass>(IReadOnlyDictionary<TClass, float> weights) where TClass : notnull
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Count == 0)
            throw new ArgumentOutOfRangeException(nameof(weights), "0 classes", "Class weights must name at least one class. Where all classes shall weigh the same, leave NeuralNetOptions.ClassWeights null.");
        var copy = new Dictionary<string, float>();
        foreach ((TClass value, float weight) in weights)
        {
            string name = NameOf(value);
            if (!(weight > 0 && float.IsFinite(weight)))
                throw new ArgumentOutOfRangeException(nameof(weights), weight,
                    $"A class's weight must be above 0 and finite, and that of '{name}' is not (weights were given for {string.Join(", ", weights.Keys.Select(NameOf))}). To leave a class out, filter its rows out.");
            if (!copy.TryAdd(name, weight))
                throw new ArgumentOutOfRangeException(nameof(weights), name, $"A class must be given one weight, and '{name}' is given two.");
        }
        return new ClassWeights(copy);
    }

    /// <summary>One weight a class, in the order of the classes.</summary>
    /// <param name="column">Label column, for messages.</param>
    /// <param name="totals">Sum of the training rows' example weights, a class.</param>
    /// <exception cref="ArgumentOutOfRangeException">A class is named that the label does not have.</exception>
    internal float[] Resolve(string column, IReadOnlyList<string> classes, ReadOnlySpan<double> totals)
    {
        var resolved = new float[classes.Count];
        Array.Fill(resolved, 1);
        if (IsBalanced)
        {
            double all = 0;
            int present = 0;
            foreach (double total in totals)
            {
                all += total;
                present += total > 0 ? 1 : 0;
            }
            for (int i = 0; i < resolved.Length; i++)
                if (totals[i] > 0)
                    resolved[i] = (float)(all / (present * totals[i]));
            return resolved;
        }
        var places = new Dictionary<string, int>();
        for (int i = 0; i < classes.Count; i++)
            places[classes[i]] = i;
        foreach ((string name, float weight) in _weights)
        {
            if (!places.TryGetValue(name, out int place))
                throw new ArgumentOutOfRangeException(nameof(NeuralNetOptions.ClassWeights), name,
                    $"Class weights must name classes of the label, and column '{column}' has no class '{name}'. Its classes are {Some(classes)}.");
            resolved[place] = weight;
        }
        return resolved;
    }

    /// <summary>A class value as text, the same in any culture.</summary>
    internal static string NameOf<TClass>(TClass value) where TClass : notnull
        => value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString() ?? "";

    /// <summary><c>Balanced</c>, or the map.</summary>
    public override string ToString() => IsBalanced ? nameof(Balanced) : string.Join(", ", _weights.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key}: {entry.Value}")));

    static string Some(IReadOnlyList<string> classes)
    {
        const int Most = 20;
        string named = string.Join(", ", classes.Take(Most));
        return classes.Count > Most ? string.Create(CultureInfo.InvariantCulture, $"{named} and {classes.Count - Most:N0} more") : named;
    }
}
