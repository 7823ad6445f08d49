using ReMem.Training;

namespace ReMem.Tests.Training;

public class ClassWeightsTests
{
    [Fact]
    public void None_is_none() => Assert.Null(ClassWeights.Of("none", [1, 2], "x"));

    [Theory]
    [InlineData("inverse", new[] { 37.0, 3.7, 0.37 })]
    // 1, 6.5132155990 and 9.9997343860 effective images of 1, 10 and 100.
    [InlineData("effective(0.9)", new[] { 8.854778, 1.359509, 0.885501 })]
    [InlineData("effective(0)", new[] { 1.0, 1, 1 })]
    public void Weights_fall_with_the_number_of_images_and_have_mean_1_over_them(string form, double[] expected)
    {
        double[] weights = ClassWeights.Of(form, [1, 10, 100], "x")!;
        Assert.All(expected.Zip(weights), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(111, weights[0] + (10 * weights[1]) + (100 * weights[2]), 1e-9);
    }

    [Fact]
    public void The_effective_number_is_the_papers()
    {
        // Without a number beta is 0.999; the sum of a geometric series is the effective number.
        double[] weights = ClassWeights.Of("effective", [3, 5], "x")!;
        Assert.Equal((1 + 0.999 + (0.999 * 0.999)) / Enumerable.Range(0, 5).Sum(i => Math.Pow(0.999, i)), weights[1] / weights[0], 1e-9);
    }

    [Fact]
    public void A_class_without_images_weighs_as_one_with_a_single_image()
    {
        double[] weights = ClassWeights.Of("inverse", [0, 1, 4], "x")!;
        Assert.Equal(weights[1], weights[0]);
        Assert.Equal(5, weights[1] + (4 * weights[2]), 1e-9);
    }

    [Theory]
    [InlineData("effectve(0.9)", "Unknown class weights 'effectve'; did you mean 'effective'?")]
    [InlineData("effective(1)", "In the class weights 'effective(1)', beta is 1; it must be 0 to below 1.")]
    [InlineData("effective(-0.5)", "In the class weights 'effective(-0.5)', beta is -0.5; it must be 0 to below 1.")]
    [InlineData("effective(NaN)", "The class weights 'effective(NaN)' cannot be read.")]
    [InlineData("effective(0.9,1)", "The class weights 'effective(0.9,1)' cannot be read.")]
    [InlineData("effective(0.9", "The class weights 'effective(0.9' cannot be read.")]
    [InlineData("inverse()", "The class weights 'inverse()' cannot be read.")]
    [InlineData("", "The class weights '' cannot be read.")]
    public void What_is_no_form_is_refused(string form, string message)
    {
        InputException error = Assert.Throws<InputException>(() => ClassWeights.Of(form, [1, 2], "training.class_weights"));
        Assert.Equal((message, "training.class_weights"), (error.Message, error.Where));
    }
}
