using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Names and aliases of initializers, and the parser of specifications.</summary>
/// <remarks>Safe for use from several threads: an ML.NET context may be shared.</remarks>
internal sealed class InitializerRegistry
{
    const string Kind = "initializer";

    /// <summary>As Zhao et al. 2022 write their method's name. Case counts here alone: Keras's <c>zero</c> is another.</summary>
    const string PaperZero = "ZerO";

    readonly Lock _lock = new();
    readonly Dictionary<string, Func<InitializerArguments, WeightInitializer>> _factories = [];
    readonly List<string> _names = [];

    /// <summary>All built-in initializers.</summary>
    public static InitializerRegistry CreateDefault()
    {
        var registry = new InitializerRegistry();
        BuiltInInitializers.RegisterAll(registry);
        return registry;
    }

    /// <summary>Every name and alias, as registered, in order of registration.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
                return [.. _names];
        }
    }

    /// <summary>Makes an initializer available by name.</summary>
    /// <param name="name">Compared without case, spaces, <c>_</c> and <c>-</c>.</param>
    /// <param name="factory">Reads its arguments and makes the initializer; called once a specification.</param>
    /// <param name="aliases">Other names for the same.</param>
    /// <exception cref="ArgumentException">A name is empty, has a character that specifications use, or is taken; nothing is registered then.</exception>
    public void Register(string name, Func<InitializerArguments, WeightInitializer> factory, params string[] aliases)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentNullException.ThrowIfNull(aliases);
        string[] all = [name, .. aliases];
        lock (_lock)
        {
            var added = new HashSet<string>();
            foreach (string candidate in all)
            {
                string key = SpecificationText.Normalize(candidate ?? throw new ArgumentException("An alias must be text, and is null.", nameof(aliases)));
                if (key.Length == 0 || candidate.AsSpan().IndexOfAny("(),=") >= 0)
                    throw new ArgumentException($"The name of an initializer must have a letter or digit and none of ( ) , =, and is '{candidate}'.", nameof(name));
                if (_factories.ContainsKey(key) || !added.Add(key))
                    throw new ArgumentException($"The name '{candidate}' is taken by another initializer (case, spaces, '_' and '-' don't count). Choose another one.", nameof(name));
            }
            foreach (string candidate in all)
            {
                _factories.Add(SpecificationText.Normalize(candidate), factory);
                _names.Add(candidate);
            }
        }
    }

    /// <summary>Makes the initializer of a specification.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The text is malformed, the name unknown (the nearest three are named), or an argument unknown or out of range.</exception>
    public WeightInitializer Parse(string specification)
    {
        SpecificationText text = SpecificationText.Parse(specification, Kind);
        Func<InitializerArguments, WeightInitializer>? factory;
        lock (_lock)
            if (!_factories.TryGetValue(SpecificationText.Normalize(text.Name == PaperZero ? HadamardIdentity.CanonicalName : text.Name), out factory))
                throw text.UnknownName(_names, "Names of your own need mlContext.WeightInit.Register first.");
        var arguments = new InitializerArguments(text, Parse);
        WeightInitializer initializer = Make(text, factory, arguments)
            ?? throw new InvalidOperationException($"The factory that is registered for the initializer '{text.Name}' must return an initializer, and returned null.");
        arguments.RequireAllUsed();
        return initializer;
    }

    /// <summary>What a factory says of arguments is the message; what else it throws is told with whose it is.</summary>
    static WeightInitializer? Make(SpecificationText text, Func<InitializerArguments, WeightInitializer> factory, InitializerArguments arguments)
    {
        try
        {
            return factory(arguments);
        }
        catch (Exception exception) when (exception is not (ArgumentException or InvalidOperationException or OperationCanceledException or OutOfMemoryException))
        {
            throw new InvalidOperationException($"The factory that is registered for the initializer '{text.Name}' failed at '{text.Source}': {exception.Message}", exception);
        }
    }

    /// <summary>Parses an unresolved specification; gives any other initializer back as it is; null gives Auto.</summary>
    public WeightInitializer Resolve(WeightInitializer? initializer) => initializer switch
    {
        null => new Auto(),
        UnresolvedInitializer unresolved => Parse(unresolved.Name),
        _ => initializer,
    };
}
