using System.Globalization;
using MLNet.WeightInit.Engine.Initializers;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>Arguments of a specification, by name: what a registered factory makes its initializer from.</summary>
/// <remarks>Names ignore case, <c>_</c> and <c>-</c>: <c>negative_slope</c> and <c>negativeSlope</c> are the same argument. Where a factory asks for <c>deviation</c>, <c>minimum</c>, <c>maximum</c>, <c>negative_slope</c> or <c>value</c>, the names that PyTorch, Keras and JAX have for it are understood, too: <c>std</c>, <c>stddev</c>, <c>minval</c>, <c>a</c>, <c>maxval</c>, <c>b</c>, <c>val</c>. An argument that the factory never asks for is an error that names those it did ask for.</remarks>
public sealed class InitializerArguments
{
    /// <summary>What PyTorch, Keras and JAX call an argument. PyTorch's <c>a</c> is the slope of a rectifier, and the lower bound of a distribution.</summary>
    static readonly Dictionary<string, string[]> s_otherNames = new()
    {
        ["deviation"] = ["std", "stddev"],
        ["minimum"] = ["minval", "a"],
        ["maximum"] = ["maxval", "b"],
        ["negative_slope"] = ["a"],
        ["value"] = ["val"],
    };

    /// <summary>The same of members of enumerations, normalized.</summary>
    static readonly Dictionary<string, string> s_otherMembers = new() { ["truncatednormal"] = "truncated", ["untruncatednormal"] = "normal", ["fangeoavg"] = "fangeo" };

    readonly SpecificationText _text;
    readonly List<string> _asked = [];

    readonly Func<string, WeightInitializer> _parse;

    /// <param name="parse">Makes an initializer of a text, by the names that the outer one was found among.</param>
    internal InitializerArguments(SpecificationText text, Func<string, WeightInitializer> parse)
    {
        _text = text;
        _parse = parse;
    }

    /// <summary>True where the specification gives the argument.</summary>
    /// <param name="name">Name of the argument, as every <c>name</c> below: not empty.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public bool Contains(string name) => Find(name) is not null;

    /// <summary>A finite number, written with a point as decimal separator.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is given and is no finite number.</exception>
    public float GetSingle(string name, float defaultValue)
    {
        Find(name);
        return _text.ReadSingle(Written(name), defaultValue);
    }

    /// <summary>A finite number that must be given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is missing, or is no finite number.</exception>
    public float GetSingle(string name)
    {
        Require(name);
        return _text.ReadSingle(Written(name), 0);
    }

    /// <summary>A whole number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is given and is no whole number of 32 bits.</exception>
    public int GetInt32(string name, int defaultValue)
        => Find(name) is not { } text ? defaultValue
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value
            : throw _text.Invalid(name, $"must be a whole number from {int.MinValue} to {int.MaxValue}");

    /// <summary>A whole number that must be given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is missing, or is no whole number of 32 bits.</exception>
    public int GetInt32(string name)
    {
        Require(name);
        return GetInt32(name, 0);
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is given and is neither.</exception>
    public bool GetBoolean(string name, bool defaultValue)
        => Find(name) is not { } text ? defaultValue
            : bool.TryParse(text, out bool value) ? value
            : throw _text.Invalid(name, "must be true or false");

    /// <summary>Text.</summary>
    public string GetString(string name, string defaultValue) => Find(name) ?? defaultValue;

    /// <summary>Text that must be given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is missing.</exception>
    public string GetString(string name) => Require(name);

    /// <summary>Another initializer, by a specification of its own: <c>recipe(hidden=orthogonal(gain=1.4))</c>; null where it isn't given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is given and names no initializer.</exception>
    public WeightInitializer? GetInitializer(string name) => Find(name) is { } text ? _parse(text) : null;

    /// <summary>A member of an enumeration, by name: <c>fan_out</c> is <see cref="FanMode.FanOut"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The argument is given and names no member.</exception>
    public T GetEnum<T>(string name, T defaultValue) where T : struct, Enum
    {
        if (Find(name) is not { } text)
            return defaultValue;
        string wanted = SpecificationText.Normalize(text);
        wanted = s_otherMembers.GetValueOrDefault(wanted, wanted);
        foreach (T member in Enum.GetValues<T>())
            if (SpecificationText.Normalize(member.ToString()) == wanted)
                return member;
        throw _text.Invalid(name, $"must be one of {string.Join(", ", Enum.GetNames<T>().Select(SpecificationBuilder.SnakeCase))}");
    }

    /// <summary>Fails where an argument was given that nobody asked for.</summary>
    internal void RequireAllUsed()
    {
        foreach (string name in _asked)
            if (Written(name) is var written && written != name && _text.Find(name) is not null)
                throw _text.Invalid(name, $"must not be given as {written}, too");
        _text.AllowOnly([.. _asked.Select(Written)], names: _asked);
    }

    string? Find(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!_asked.Contains(name))
            _asked.Add(name);
        return _text.Find(Written(name));
    }

    /// <summary>The name that the text has for an argument: another framework's where it gives that.</summary>
    string Written(string name) => s_otherNames.TryGetValue(name, out string[]? others) && Array.Find(others, other => _text.Find(other) is not null) is { } found ? found : name;

    string Require(string name)
        => Find(name) ?? throw new ArgumentOutOfRangeException("specification", _text.Source,
            $"The initializer {_text.Name} needs the argument '{name}'{(_text.FirstBesides([.. _asked.Select(Written)]) is { } other ? $", and '{other}' is not it" : "")}. Write {_text.Name}({name}=…).");
}
