using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>What is said of features that a network is to reconstruct.</summary>
internal static class AutoencoderChecks
{
    const int SlotsNamed = 3;

    /// <summary>What is odd and can be trained all the same.</summary>
    public static IEnumerable<string> Warnings(DataViewSchema.Column features, LabelFacts facts, NeuralNetOptions options)
    {
        int[] constant = facts.ConstantColumns;
        int varying = facts.Columns - constant.Length, narrowest = options.HiddenLayers.Min();
        if (constant.Length > 0 && varying > 0)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Column '{features.Name}' has the same value in all {facts.Rows:N0} usable rows in {Describe(features, constant)}: it is reconstructed as it is, whatever a row has there, and doesn't count in the error.");
        if (narrowest >= varying && varying > 1)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"The narrowest hidden layer of an autoencoder should have fewer units than there are features that vary, so that it can't just copy them, and it has {narrowest} for {varying}. Set HiddenLayers, for example to {Suggestion(varying)}.");
    }

    /// <summary>The first value below a limit, or null.</summary>
    public static float? FirstBelow(in VBuffer<float> features, float lowest)
    {
        foreach (float value in features.GetValues())
            if (value < lowest)
                return value;
        return null;
    }

    static string Suggestion(int features) => string.Join(", ", Math.Max(2, features / 2), Math.Max(1, features / 8), Math.Max(2, features / 2));

    static string Describe(DataViewSchema.Column features, int[] slots)
    {
        string named = string.Join(", ", slots.Take(SlotsNamed).Select(slot => SlotText.Of(features, slot)));
        return slots.Length > SlotsNamed ? string.Create(CultureInfo.InvariantCulture, $"{named} and {slots.Length - SlotsNamed:N0} more") : named;
    }
}
