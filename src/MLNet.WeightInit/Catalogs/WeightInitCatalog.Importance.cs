using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

public sealed partial class WeightInitCatalog
{
    /// <summary>Which input columns a model goes by: permutes the values of one column among the rows, and says how a metric of yours changes.</summary>
    /// <remarks>
    /// Breiman 2001, "Random Forests", section 10. ML.NET's <c>PermutationFeatureImportance</c> does the same for single slots of the feature column, and knows no others: this is for columns of any type that can be copied,
    /// before or after any step of a chain (texts, keys of categorical columns, whole vectors), and for models of several values, labels or heads, which have no metrics there.
    /// <para>The values of one column at a time are held in memory. All rows are scored <paramref name="permutations"/> times a column, and once more.</para>
    /// </remarks>
    /// <param name="model">A fitted or loaded model, or a chain with all its steps.</param>
    /// <param name="data">Rows that the model takes, with labels, better rows that it was not trained on. They must be the same each time they are read.</param>
    /// <param name="metric">One number of scored data, for example <c>scored => mlContext.Regression.Evaluate(scored).RSquared</c>.</param>
    /// <param name="columns">Columns of <paramref name="data"/> that the model reads; at least one.</param>
    /// <param name="permutations">Of each column; at least 1. Default: 5.</param>
    /// <param name="seed">Of the permutations. Default: null, the seed of the context; without one, 0.</param>
    /// <returns>One a column, in the order of <paramref name="columns"/>. The same arguments give the same numbers.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a type that can't be copied, there is none, or there is no permutation.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than 2 rows.</exception>
    public IReadOnlyList<ColumnImportance> ColumnImportance(ITransformer model, IDataView data, Func<IDataView, double> metric, IReadOnlyList<string> columns, int permutations = 5, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(columns);
        OptionChecks.Require(columns.Count > 0, nameof(columns), "none", "At least 1 column must be named, for example one that Concatenate makes features of, or a key of CategoricalColumns.");
        OptionChecks.Require(permutations >= 1, nameof(permutations), permutations, "There must be at least 1 permutation of each column, for example 5.");
        DataViewSchema.Column[] found = [.. columns.Select(name => Permutable(data.Schema, name))];
        int rows = CountRows(data);
        IHost host = _environment.Register(nameof(ColumnImportance));
        double unchanged = metric(model.Transform(data));
        var importances = new List<ColumnImportance>();
        foreach (DataViewSchema.Column column in found)
        {
            var permuted = new PermutedView(host, data, column, rows);
            var random = new RandomSource(seed ?? ContextSeed.Of(_environment) ?? 0, $"importance/{column.Name}");
            var metrics = new double[permutations];
            for (int i = 0; i < permutations; i++)
            {
                permuted.Permute(random);
                metrics[i] = metric(model.Transform(permuted));
            }
            importances.Add(new ColumnImportance(column.Name, unchanged, metrics));
        }
        return importances;
    }

    static DataViewSchema.Column Permutable(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw ColumnErrors.Missing(schema, name, "columns");
        return DataViewUtils.AllCacheable([column]) ? column
            : throw new ArgumentOutOfRangeException("columns", name, $"Column '{name}' is of {column.Type}, whose values can't be copied from row to row. Name the columns that are made of it instead.");
    }

    static int CountRows(IDataView data)
    {
        long rows = data.GetRowCount() ?? 0;
        if (rows == 0)
            using (DataViewRowCursor cursor = data.GetRowCursor([]))
                while (cursor.MoveNext())
                    rows++;
        return rows is >= 2 and <= int.MaxValue ? (int)rows : throw new InvalidOperationException($"Values can be permuted among 2 rows or more, up to {int.MaxValue}, and the data has {rows}.");
    }
}
