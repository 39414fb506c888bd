using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>Units of a hidden layer are twins: equal weights, bias and gradient, so that training moves them alike for ever.</summary>
/// <remarks>
/// A layer of ones or zeros has 100 %, and learns as if it had one unit (measured: effective rank 1.00 of 32 after 1,000 steps): an error, unless one value is asked for of which a linear model tells the greater part, for which one unit may be
/// enough. Of twins in several families, or beside other units, as many units are left as differ, and whether these do is for the training to say: a warning. Twins by weights alone, whose outgoing weights differ, part in the first step and are no
/// finding. Copies with a little noise (|cos| above 0.999) part slowly; they are judged from 16 inputs on, below which chance makes them.
/// </remarks>
internal sealed class SymmetricUnits : IFindingRule
{
    /// <summary>With d inputs, |cos| exceeds 0.999 for two random vectors with a probability of about 0.045^(d − 1): 1e-20 at 16.</summary>
    public const int InputsBeyondChance = 16;

    const double MostUnits = 0.5;

    /// <summary>Of what the loss asks for, told by a linear model, from which one unit, a function of one direction, learns the greater part.</summary>
    const double LinearShare = 0.5;

    public IEnumerable<Finding> Examine(ReportContext context) => LayerFindings.Merge(Verdict.Symmetric, Candidates(context));

    static IEnumerable<LayerFindings.Candidate> Candidates(ReportContext context)
    {
        for (int index = 0; index < context.HiddenLayers; index++)
        {
            LayerStatistics layer = context.Layers[index];
            // Residual branches may start at 0, and then end in units that the stream tells apart.
            if (context.Probe.Layers.Count > index && context.Probe.Layers[index].Residual == ResidualPlace.End && layer.WeightDeviation == 0 && Array.TrueForAll(context.Probe.Layers[index].Weights, weight => weight == 0))
                continue;
            string[] remedies = [Remedy.InitFor(layer.Activation), Remedy.Auto];
            if (layer.IdenticalFraction > 0)
            {
                int distinct = IdenticalUnits.Distinct(context.Probe.Layers[index], context.Probe.Rows);
                bool isHopeless = distinct == 1 && !(context.Output.Outputs == 1 && LabelShares.Linear(context) >= LinearShare);
                yield return new LayerFindings.Candidate(index, isHopeless ? Severity.Error : Severity.Warning, 1 + layer.IdenticalFraction,
                    $"{NumberText.Percent(layer.IdenticalFraction)} of the {NumberText.Count(layer.Outputs, "unit")} of {layer.Layer} have a twin "
                    + $"with equal weights, bias and gradient: training can't tell them apart, and the layer works as {(distinct == 1 ? "one unit" : string.Create(CultureInfo.InvariantCulture, $"{distinct} units"))}", remedies);
            }
            else if (layer.ParallelFraction > MostUnits && layer.Inputs >= InputsBeyondChance && !IsMirrored(context.Probe.Layers[index].Weights))
                yield return new LayerFindings.Candidate(index, Severity.Warning, layer.ParallelFraction,
                    $"{NumberText.Percent(layer.ParallelFraction)} of the {NumberText.Count(layer.Outputs, "unit")} of {layer.Layer} point the same way as another "
                    + "(|cos| above 0.999): they will stay alike for long", remedies);
        }
    }

    /// <summary>Pairs of opposite vectors make a linear network of ReLUs (Balduzzi et al. 2017) and train well: their sum is 0, that of copies isn't.</summary>
    static bool IsMirrored(ReadOnlySpan<float> weights)
    {
        (double sum, double squaredSum) = FixedOrderSums.SumAndSquares(weights);
        return squaredSum > 0 && sum * sum <= 1e-12 * squaredSum;
    }
}
