using System.Globalization;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Rounds measurements to six significant decimal digits: more is noise in a probe, and short numbers keep the report in the model file small.</summary>
internal static class SignificantDigits
{
    public static double Round(double value)
        => double.IsFinite(value) ? double.Parse(value.ToString("E5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : value;
}
