using System.Globalization;
using System.Text;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>Writes <c>name(argument=value, …)</c> with those arguments only that differ from their default.</summary>
internal sealed class SpecificationBuilder(string name)
{
    readonly List<string> _arguments = [];

    public SpecificationBuilder Add(string argument, float value, float defaultValue)
    {
        // NaN never comes here, and −0 prints as itself, so equality of values is equality of meaning.
        if (value != defaultValue)
            _arguments.Add($"{argument}={SpecificationText.Format(value)}");
        return this;
    }

    public SpecificationBuilder Add<T>(string argument, T value, T defaultValue) where T : struct, Enum
    {
        if (!value.Equals(defaultValue))
            _arguments.Add($"{argument}={SnakeCase(value.ToString())}");
        return this;
    }

    public SpecificationBuilder Add(string argument, int value, int defaultValue) => AddText(argument, value == defaultValue ? null : value.ToString(CultureInfo.InvariantCulture));

    public SpecificationBuilder Add(string argument, bool value, bool defaultValue) => AddText(argument, value == defaultValue ? null : value ? "true" : "false");

    /// <summary>An argument as written, such as another specification; null for none.</summary>
    public SpecificationBuilder AddText(string argument, string? value)
    {
        if (value is not null)
            _arguments.Add($"{argument}={value}");
        return this;
    }

    public override string ToString() => _arguments.Count == 0 ? name : $"{name}({string.Join(", ", _arguments)})";

    /// <summary><c>FanIn</c> as <c>fan_in</c>.</summary>
    public static string SnakeCase(string pascalCase)
    {
        var text = new StringBuilder();
        foreach (char character in pascalCase)
        {
            if (char.IsUpper(character) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(character));
        }
        return text.ToString();
    }
}
