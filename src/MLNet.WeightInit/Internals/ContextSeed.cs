using Microsoft.ML.Runtime;

namespace MLNet.WeightInit;

/// <summary>The seed that an <see cref="Microsoft.ML.MLContext"/> was created with.</summary>
internal static class ContextSeed
{
    /// <summary>Null where the context has none. <c>IHost.Rand</c> is no substitute: its state depends on what else was made from it.</summary>
    public static int? Of(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.Seed;
}
