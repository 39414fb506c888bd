namespace MLNet.WeightInit.Engine.Text;

/// <summary>Everything of one kind that a specification can name: a new activation, loss or optimizer is one line in such a list.</summary>
internal sealed class SpecificationList<T> where T : class
{
    readonly string _kind;
    readonly string _whereToLook;
    readonly List<string> _known = [];
    readonly Dictionary<string, Entry> _entries = [];

    /// <param name="kind">What the list holds, for messages: <c>loss</c>.</param>
    /// <param name="kinds">The same in the plural: <c>losses</c>.</param>
    public SpecificationList(string kind, string kinds, params ReadOnlySpan<Entry> entries)
    {
        _kind = kind;
        var names = new List<string>();
        foreach (Entry entry in entries)
        {
            names.Add(entry.Name);
            foreach (string name in (ReadOnlySpan<string>)[entry.Name, .. entry.Aliases])
            {
                _known.Add(name);
                _entries.Add(SpecificationText.Normalize(name), entry);
            }
        }
        Names = names;
        _whereToLook = $"The {kinds} are {string.Join(", ", names)}.";
    }

    /// <summary>Canonical names, in the order of the list.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Makes what the text names. Names ignore case, spaces, <c>_</c> and <c>-</c>.</summary>
    /// <exception cref="ArgumentNullException">The specification is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The text is malformed, a name or argument unknown, or an argument out of its range.</exception>
    public T Parse(string specification)
    {
        SpecificationText text = SpecificationText.Parse(specification, _kind);
        if (!_entries.TryGetValue(SpecificationText.Normalize(text.Name), out Entry? entry))
            throw text.UnknownName(_known, _whereToLook);
        text.AllowOnly(entry.Arguments);
        return entry.Create(text);
    }

    /// <param name="Name">As the documentation writes it.</param>
    /// <param name="Create">Reads the arguments and makes the thing.</param>
    public sealed record Entry(string Name, Func<SpecificationText, T> Create)
    {
        /// <summary>Other names for the same.</summary>
        public string[] Aliases { get; init; } = [];

        /// <summary>Names of the arguments that it takes.</summary>
        public string[] Arguments { get; init; } = [];
    }
}
