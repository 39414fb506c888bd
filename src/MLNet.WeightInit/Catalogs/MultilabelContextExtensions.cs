using MLNet.WeightInit;

namespace Microsoft.ML;

/// <summary>Gives <see cref="MLContext"/> what it has for other tasks: a catalog for several labels a row.</summary>
public static class MultilabelContextExtensions
{
    extension(MLContext context)
    {
        /// <summary>Metrics for several labels a row.</summary>
        /// <exception cref="ArgumentNullException">The context is null.</exception>
        public MultilabelClassificationCatalog MultilabelClassification => GetMultilabelClassification(context);
    }

    /// <summary><c>mlContext.MultilabelClassification</c> for languages without extension properties: F#, Visual Basic, C# before 14.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public static MultilabelClassificationCatalog GetMultilabelClassification(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return MultilabelClassificationCatalog.Instance;
    }
}
