using System.Globalization;

namespace MLNet.WeightInit;

/// <summary>How much worse a model's predictions become when one input column says nothing any more. <c>mlContext.WeightInit.ColumnImportance</c>.</summary>
public sealed class ColumnImportance
{
    internal ColumnImportance(string column, double unchanged, double[] permuted)
    {
        Column = column;
        Unchanged = unchanged;
        double[] changes = Array.ConvertAll(permuted, value => value - unchanged);
        Change = changes.Average();
        StandardError = changes.Length < 2 ? double.NaN : Math.Sqrt(changes.Sum(change => (change - Change) * (change - Change)) / (changes.Length - 1) / changes.Length);
    }

    /// <summary>The column whose values were permuted.</summary>
    public string Column { get; }

    /// <summary>The metric with all columns as they are.</summary>
    public double Unchanged { get; }

    /// <summary>Mean over the permutations of the metric with permuted values less <see cref="Unchanged"/>, in the metric's unit: below 0 for a column that matters where a larger metric is better, above 0 where a smaller one is.</summary>
    /// <remarks>Near 0 for a column that the model makes no use of, and also for one whose content another column has too.</remarks>
    public double Change { get; }

    /// <summary>Of <see cref="Change"/>, over the permutations; NaN for a single one. It does not tell of other rows or of another training.</summary>
    public double StandardError { get; }

    /// <summary>One line: column, change and standard error.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Column}: {Change:+0.0000;-0.0000;0} ± {StandardError:0.0000}");
}
