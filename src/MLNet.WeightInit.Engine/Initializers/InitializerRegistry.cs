namespace MLNet.WeightInit;

/// <summary>Arguments of a specification, by name.</summary>
public sealed class InitializerArguments
{
}

/// <summary>Names and aliases of initializers, and the parser of specifications.</summary>
internal sealed class InitializerRegistry
{
    /// <summary>All built-in initializers.</summary>
    public static InitializerRegistry CreateDefault() => throw new NotImplementedException();
    public void Register(string name, Func<InitializerArguments, WeightInitializer> factory, params string[] aliases) => throw new NotImplementedException();
    public WeightInitializer Parse(string specification) => throw new NotImplementedException();

    /// <summary>Parses an unresolved specification; gives any other initializer back as it is; null gives Auto.</summary>
    public WeightInitializer Resolve(WeightInitializer? initializer) => throw new NotImplementedException();
}
