using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Microsoft.ML;

/// <summary>Gives <see cref="MLContext"/> its catalog of weight initializers.</summary>
public static class WeightInitContextExtensions
{
    extension(MLContext context)
    {
        /// <summary>Initializers by method, by name and by registration, and what they do to a network. The same object each time for one context.</summary>
        /// <exception cref="ArgumentNullException">The context is null.</exception>
        public WeightInitCatalog WeightInit => GetWeightInit(context);
    }

    /// <summary><c>mlContext.WeightInit</c> for languages without extension properties: F#, Visual Basic, C# before 14.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public static WeightInitCatalog GetWeightInit(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return WeightInitCatalog.Of(CatalogUtils.GetEnvironment(context.Transforms));
    }
}
