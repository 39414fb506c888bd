using System.Globalization;
using System.Numerics;
using System.Text;

namespace MLNet.WeightInit.Engine.Text;

/// <summary>A name with arguments as users write it: <c>name</c> or <c>name(argument=value, …)</c>.</summary>
/// <remarks>Names of things and of arguments ignore case, spaces, <c>_</c> and <c>-</c>. A value runs to the next comma or closing
/// parenthesis at its own depth, so that it may itself be a specification: <c>lsuv(start=orthogonal(gain=1.4))</c>.</remarks>
internal sealed class SpecificationText
{
    SpecificationText(string source, string kind, string name, IReadOnlyList<KeyValuePair<string, string>> arguments)
    {
        Source = source;
        Kind = kind;
        Name = name;
        Arguments = arguments;
    }

    /// <summary>The whole text, as given.</summary>
    public string Source { get; }

    /// <summary>What the text names, for messages: <c>activation</c>, <c>initializer</c>.</summary>
    public string Kind { get; }

    /// <summary>The part before the parenthesis, trimmed, otherwise as written.</summary>
    public string Name { get; }

    /// <summary>Argument names and values in the order written, trimmed, otherwise as written. No two names are equal once normalized.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Arguments { get; }

    /// <summary>Splits a specification.</summary>
    /// <param name="specification">The text.</param>
    /// <param name="kind">What it names, for messages: <c>activation</c>.</param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The text is not of the form <c>name</c> or <c>name(argument=value, …)</c>.</exception>
    public static SpecificationText Parse(string specification, string kind)
    {
        ArgumentNullException.ThrowIfNull(specification);
        string text = specification.Trim();
        int open = text.IndexOf('(');
        string name = (open < 0 ? text : text[..open]).Trim();
        if (Normalize(name).Length == 0)
            throw Malformed(specification, kind, "it has no name");
        if (name.AsSpan().IndexOfAny("),=") is int stray and >= 0)
            throw Malformed(specification, kind, $"'{name[stray]}' stands outside of parentheses");
        if (open < 0)
            return new SpecificationText(specification, kind, name, []);
        if (!text.EndsWith(')'))
            throw Malformed(specification, kind, "the closing parenthesis is missing, or something follows it");

        var arguments = new List<KeyValuePair<string, string>>();
        foreach (string part in SplitAtCommas(text[(open + 1)..^1], specification, kind))
        {
            var argument = ParseArgument(part, specification, kind);
            if (arguments.Exists(other => Normalize(other.Key) == Normalize(argument.Key)))
                throw Malformed(specification, kind, $"the argument '{argument.Key}' is given twice");
            arguments.Add(argument);
        }
        return new SpecificationText(specification, kind, name, arguments);
    }

    /// <summary>The form in which names are compared: lower case, without spaces, <c>_</c> and <c>-</c>.</summary>
    public static string Normalize(string name)
    {
        var normalized = new StringBuilder(name.Length);
        foreach (char character in name)
            if (!char.IsWhiteSpace(character) && character is not ('_' or '-'))
                normalized.Append(char.ToLowerInvariant(character));
        return normalized.ToString();
    }

    /// <summary>The known names nearest to a mistaken one, nearest first; where several are equally near, in their given order.</summary>
    /// <remarks>A name of three letters or more that is part of the other counts as one edit away, so that <c>kaiming</c> finds <c>KaimingNormal</c>.</remarks>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> known, int count = 3)
    {
        string wanted = Normalize(name);
        return [.. known.Distinct().OrderBy(candidate => Distance(wanted, Normalize(candidate))).Take(count)];
    }

    /// <summary>The error for a name that nobody knows: names the nearest three and says where the list is.</summary>
    /// <param name="known">Canonical names.</param>
    /// <param name="whereToLook">A sentence: <c>NeuralNetOptions.Activation lists all of them.</c></param>
    public ArgumentOutOfRangeException UnknownName(IEnumerable<string> known, string whereToLook)
        => new("specification", Source,
            $"There is no {Kind} named '{Name}'. The nearest names are {string.Join(", ", Nearest(Name, known))}. {whereToLook}");

    /// <summary>The value of an argument as text, or null where it is not given.</summary>
    public string? Find(string argument)
    {
        string wanted = Normalize(argument);
        foreach (var (name, value) in Arguments)
            if (Normalize(name) == wanted)
                return value;
        return null;
    }

    /// <summary>The first argument that is none of these; null: there is none.</summary>
    public string? FirstBesides(IReadOnlyList<string> known) => Arguments.Select(argument => argument.Key).FirstOrDefault(name => !known.Any(candidate => Normalize(candidate) == Normalize(name)));

    /// <summary>Fails on arguments other than the allowed ones.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not among them.</exception>
    public void AllowOnly(params ReadOnlySpan<string> allowed) => AllowOnly(allowed, names: [.. allowed]);

    /// <param name="allowed">As this text may have them.</param>
    /// <param name="names">As a message has them.</param>
    /// <inheritdoc cref="AllowOnly(ReadOnlySpan{string})"/>
    public void AllowOnly(ReadOnlySpan<string> allowed, IReadOnlyList<string> names)
    {
        foreach (var (name, _) in Arguments)
        {
            bool known = false;
            foreach (string candidate in allowed)
                known |= Normalize(candidate) == Normalize(name);
            if (!known)
                throw new ArgumentOutOfRangeException("specification", Source, names.Any(other => Normalize(other) == Normalize(name))
                    ? $"The {Kind} {Name} has the argument '{name}' under several names, or another one that excludes it: it can be given once."
                    : allowed.Length == 0
                    ? $"The {Kind} {Name} takes no arguments, but '{name}' was given. Write {Name}."
                    : $"The {Kind} {Name} has no argument '{name}'. It takes {string.Join(", ", names)}.");
        }
    }

    /// <summary>A finite number, read with the invariant culture and rounded once to single precision.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is given and is not a finite number.</exception>
    public float ReadSingle(string argument, float whenAbsent) => Read(argument, whenAbsent);

    /// <summary>A finite number, read with the invariant culture.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is given and is not a finite number.</exception>
    public double ReadDouble(string argument, double whenAbsent) => Read(argument, whenAbsent);

    /// <summary>The error for an argument whose value can't be used: <c>… must be at least 0, and is '−1'</c>.</summary>
    /// <param name="mustHold">The rule, from the verb on: <c>must be at least 0</c>.</param>
    public ArgumentOutOfRangeException Invalid(string argument, string mustHold)
        => new("specification", Source, $"The argument '{argument}' of the {Kind} {Name} {mustHold}, and is '{Find(argument)}'. Change it or leave it out for the default.");

    /// <summary>The shortest text that reads back as the same number in any culture.</summary>
    public static string Format(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Format(float)"/>
    public static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    T Read<T>(string argument, T whenAbsent) where T : struct, INumberBase<T>
    {
        if (Find(argument) is not { } text)
            return whenAbsent;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T value) && T.IsFinite(value))
            return value;
        throw Invalid(argument, "must be a finite number with a point as decimal separator");
    }

    static KeyValuePair<string, string> ParseArgument(string part, string specification, string kind)
    {
        int equals = part.IndexOf('=');
        if (equals < 0)
            throw Malformed(specification, kind, part.Trim().Length == 0
                ? "an argument between the commas or parentheses is empty"
                : $"the argument '{part.Trim()}' has no '='{(char.IsAsciiDigit(part.TrimStart()[0]) ? " (arguments have names, and numbers a point as decimal separator)" : "")}");
        string name = part[..equals].Trim();
        string value = part[(equals + 1)..].Trim();
        if (Normalize(name).Length == 0)
            throw Malformed(specification, kind, $"the argument '{part.Trim()}' has no name");
        if (value.Length == 0)
            throw Malformed(specification, kind, $"the argument '{name}' has no value");
        return new(name, value);
    }

    static List<string> SplitAtCommas(string arguments, string specification, string kind)
    {
        var parts = new List<string>();
        if (arguments.Trim().Length == 0)
            return parts;
        int depth = 0, start = 0;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == '(')
                depth++;
            else if (arguments[i] == ')' && --depth < 0)
                throw Malformed(specification, kind, "it has a closing parenthesis too many");
            else if (arguments[i] == ',' && depth == 0)
            {
                parts.Add(arguments[start..i]);
                start = i + 1;
            }
        }
        if (depth != 0)
            throw Malformed(specification, kind, "a closing parenthesis is missing");
        parts.Add(arguments[start..]);
        return parts;
    }

    static ArgumentOutOfRangeException Malformed(string specification, string kind, string found)
        => new("specification", specification, $"The {kind} must be written as name or name(argument=value, …), but {found}.");

    static int Distance(string a, string b)
    {
        if (Math.Min(a.Length, b.Length) >= 3 && a != b && (a.Contains(b, StringComparison.Ordinal) || b.Contains(a, StringComparison.Ordinal)))
            return 1;
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
                current[j] = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            (previous, current) = (current, previous);
        }
        return previous[b.Length];
    }
}
